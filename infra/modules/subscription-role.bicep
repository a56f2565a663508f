targetScope = 'subscription'

metadata name = 'Subscription role'
metadata description = 'Assigns one role on a subscription to one principal.'

@description('Required. Object id of the service principal.')
param principalId string

@description('Required. Role definition id (guid).')
param roleDefinitionId string

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, roleDefinitionId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionId)
  }
}
