metadata name = 'Storage roles'
metadata description = 'Data roles of one principal on a storage account. A module, so that the principal id is known at its start and can stand in the names: a re-created identity gets assignments of its own.'

@description('Required. Name of the storage account, in this resource group.')
param storageAccountName string

@description('Required. Object id of the service principal.')
param principalId string

@description('Required. Role definition ids (guids) to assign.')
param roleDefinitionIds string[]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleDefinitionId in roleDefinitionIds: {
    scope: account
    name: guid(account.id, principalId, roleDefinitionId)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionId)
    }
  }
]
