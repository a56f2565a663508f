metadata name = 'Container role'
metadata description = 'Assigns one role on one blob container to one principal, and nothing else in the storage account.'

@description('Required. Name of the storage account, in this resource group.')
param storageAccountName string

@description('Required. Name of the container.')
param containerName string

@description('Required. Object id of the service principal.')
param principalId string

@description('Required. Role definition id (guid).')
param roleDefinitionId string

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName

  resource blobService 'blobServices' existing = {
    name: 'default'

    resource container 'containers' existing = {
      name: containerName
    }
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobService::container
  name: guid(account::blobService::container.id, principalId, roleDefinitionId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionId)
  }
}
