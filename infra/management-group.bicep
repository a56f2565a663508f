targetScope = 'managementGroup'

metadata name = 'Rights on a management group'
metadata description = 'Lets an existing identity read all subscriptions below a management group, including later ones. Deploy it to that group.'

import { roles } from 'roles.bicep'

@description('Required. Object id of the reading identity: readerPrincipalId of main.bicep.')
@minLength(36)
@maxLength(36)
param principalId string

// Off again: az role assignment delete --assignee PRINCIPAL-ID --role Reader --scope /providers/Microsoft.Management/managementGroups/GROUP.
@description('Optional. Assign Reader on the group and everything below it. Reader also lists the group\'s subscriptions, which reveals blind spots.')
param assignReader bool = true

// Off again: the same command with "Management Group Reader".
@description('Optional. Assign Management Group Reader, which lists the group\'s subscriptions (for INVENTORY_MANAGEMENT_GROUPS) but reads nothing in them. Useful where Reader is assigned on single subscriptions only.')
param assignManagementGroupReader bool = false

var roleDefinitionIds = concat(
  assignReader ? [roles.reader] : [],
  assignManagementGroupReader ? [roles.managementGroupReader] : []
)

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleDefinitionId in roleDefinitionIds: {
    name: guid(managementGroup().id, principalId, roleDefinitionId)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionId)
    }
  }
]

@description('Resource ids of the created role assignments.')
output roleAssignmentIds string[] = [for (id, index) in roleDefinitionIds: assignments[index].id]
