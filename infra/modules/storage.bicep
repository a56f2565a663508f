metadata name = 'Storage'
metadata description = 'The app\'s storage account: state of the host, the app\'s package, the inventory. It accepts identities only, no keys.'

@description('Required. Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Region of the account.')
param location string

@description('Required. Tags of the account.')
param tags object

@description('Required. SKU of the account, which sets its redundancy.')
param skuName string

@description('Required. Name of the container for the inventory.')
param inventoryContainerName string

@description('Required. Days after which the records of single runs are deleted.')
param runRecordDays int

@description('Required. Whether public networks may access the account. If false, only private endpoints can.')
param publicNetworkAccess bool

@description('Required. Whether to log every read and write of blobs to the workspace.')
param accessLogs bool

@description('Required. Name of the Log Analytics workspace for these logs, in this resource group.')
param workspaceName string

var deploymentContainerName = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    networkAcls: {
      bypass: 'None'
      defaultAction: publicNetworkAccess ? 'Allow' : 'Deny'
    }
    publicNetworkAccess: publicNetworkAccess ? 'Enabled' : 'Disabled'
    supportsHttpsTrafficOnly: true
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 30
    }
    deleteRetentionPolicy: {
      enabled: true
      days: 30
    }
    isVersioningEnabled: true
  }
}

resource deploymentContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobService
  name: deploymentContainerName
  properties: {
    publicAccess: 'None'
  }
}

resource inventoryContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobService
  name: inventoryContainerName
  properties: {
    publicAccess: 'None'
  }
}

// Never databases/: only latest.json knows which of them are needed, and the app deletes the others itself.
resource lifeCycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'remove-run-records'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${inventoryContainer.name}/runs/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: runRecordDays
                }
              }
              version: {
                delete: {
                  daysAfterCreationGreaterThan: runRecordDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource accessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (accessLogs) {
  scope: blobService
  name: 'access'
  properties: {
    workspaceId: workspace.id
    logs: [
      {
        category: 'StorageRead'
        enabled: true
      }
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

@description('Name of the account.')
output name string = account.name

@description('Resource id of the account.')
output resourceId string = account.id

@description('Name of the container with the app\'s package.')
output deploymentContainerName string = deploymentContainer.name

@description('URL of the container with the inventory.')
output inventoryContainerUrl string = '${account.properties.primaryEndpoints.blob}${inventoryContainer.name}'
