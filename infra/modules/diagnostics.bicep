metadata name = 'Diagnostic settings'
metadata description = 'Sends the resource logs and metrics of the app and of all storage services to a workspace.'

@description('Required. Name of the function app, in this resource group.')
param functionAppName string

@description('Required. Name of the storage account, in this resource group.')
param storageAccountName string

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceResourceId string

var storageMetrics = [{ category: 'Transaction', enabled: true }]
var allLogs = [{ categoryGroup: 'allLogs', enabled: true }]

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: functionAppName
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }

  resource queues 'queueServices' existing = {
    name: 'default'
  }

  resource tables 'tableServices' existing = {
    name: 'default'
  }

  // For checkers without the types of file services. Bicep has these types and does not know this code.
  #disable-next-line not-in-data
  resource files 'fileServices' existing = {
    name: 'default'
  }
}

resource ofApp 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'all'
  properties: {
    workspaceId: workspaceResourceId
    logs: allLogs
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource ofAccount 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'all'
  properties: {
    workspaceId: workspaceResourceId
    metrics: storageMetrics
  }
}

// The name that storage.bicep uses: a second setting with the same logs and workspace would be refused.
resource ofBlobs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobs
  name: 'access'
  properties: {
    workspaceId: workspaceResourceId
    logs: allLogs
    metrics: storageMetrics
  }
}

resource ofQueues 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::queues
  name: 'all'
  properties: {
    workspaceId: workspaceResourceId
    logs: allLogs
    metrics: storageMetrics
  }
}

resource ofTables 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::tables
  name: 'all'
  properties: {
    workspaceId: workspaceResourceId
    logs: allLogs
    metrics: storageMetrics
  }
}

resource ofFiles 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::files
  name: 'all'
  properties: {
    workspaceId: workspaceResourceId
    logs: allLogs
    metrics: storageMetrics
  }
}
