metadata name = 'Monitoring role'
metadata description = 'Assigns one role on an Application Insights component to one principal.'

@description('Required. Name of the component, in this resource group.')
param componentName string

@description('Required. Object id of the service principal.')
param principalId string

@description('Required. Role definition id (guid).')
param roleDefinitionId string

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, principalId, roleDefinitionId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionId)
  }
}
