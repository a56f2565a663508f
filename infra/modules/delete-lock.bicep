metadata name = 'Lock against deletion'
metadata description = 'Keeps the storage account, with the inventory and its history, until someone removes the lock. The app can still delete blobs.'

@description('Required. Name of the storage account, in this resource group.')
param storageAccountName string

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

// For checkers without the types of locks. Bicep has these types and does not know this code.
#disable-next-line not-in-data
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'keep-inventory'
  properties: {
    level: 'CanNotDelete'
    notes: 'The inventory and its history are here. docs/deploy.md of vm-identities describes how to remove the app.'
  }
}
