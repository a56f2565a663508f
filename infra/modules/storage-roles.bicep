metadata name = 'Storage roles'
metadata description = 'Assigns data roles on a storage account to one principal. As a module it knows the principal id at its start and includes it in the names, so that a re-created identity gets new assignments.'

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
