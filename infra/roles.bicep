metadata name = 'Roles'
metadata description = 'Role definition ids of the built-in roles that these templates assign. docs/security.md describes what each is for.'

@export()
@description('Role definition ids by role name. See https://learn.microsoft.com/azure/role-based-access-control/built-in-roles')
var roles = {
  managementGroupReader: 'ac63b705-f282-497d-ac71-919bf39d939d'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
