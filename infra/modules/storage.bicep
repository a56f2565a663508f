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

@description('Required. Days after which old versions of blobs are deleted.')
param versionDays int

@description('Required. URL of the key that encrypts the account, without a version. Empty: a key of Microsoft.')
param keyUri string

@description('Required. Resource id of the user-assigned identity that may use that key.')
param keyIdentityResourceId string

@description('Required. Whether public networks may access the account. If false, only private endpoints can.')
param publicNetworkAccess bool

@description('Required. Whether to log every read and write of blobs to the workspace.')
param accessLogs bool

@description('Required. Resource id of the Log Analytics workspace for these logs.')
param workspaceResourceId string

var deploymentContainerName = 'app-package'
var hasKey = !empty(keyUri)
var keyUriParts = split(keyUri, '/')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  identity: hasKey ? { type: 'UserAssigned', userAssignedIdentities: { '${keyIdentityResourceId}': {} } } : null
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    // Azure sets the kind of key of queues and tables when it creates the account, and never changes it.
    encryption: hasKey
      ? {
          identity: {
            userAssignedIdentity: keyIdentityResourceId
          }
          keySource: 'Microsoft.Keyvault'
          keyvaultproperties: {
            keyname: keyUriParts[4]
            keyvaulturi: '${keyUriParts[0]}//${keyUriParts[2]}'
          }
          services: {
            blob: { enabled: true, keyType: 'Account' }
            file: { enabled: true, keyType: 'Account' }
            queue: { enabled: true, keyType: 'Account' }
            table: { enabled: true, keyType: 'Account' }
          }
        }
      : {
          keySource: 'Microsoft.Storage'
          services: {
            blob: { enabled: true }
            file: { enabled: true }
          }
        }
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    networkAcls: {
      bypass: 'None'
      defaultAction: publicNetworkAccess ? 'Allow' : 'Deny'
    }
    publicNetworkAccess: publicNetworkAccess ? 'Enabled' : 'Disabled'
    // A link of the app is valid for ten minutes, and for five before, because clocks differ.
    sasPolicy: {
      expirationAction: 'Block'
      sasExpirationPeriod: '00.01:00:00'
    }
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

// Also what the host and Durable Functions (hubName in host.json) rewrite again and again.
var versionedPrefixes = [
  '${inventoryContainer.name}/databases/'
  '${inventoryContainer.name}/reports/'
  '${inventoryContainer.name}/latest.json'
  'azure-webjobs-hosts/'
  'azure-webjobs-secrets/'
  'vmidentities-leases/'
]

// No rule deletes a database: only latest.json knows which are needed, and the app deletes the others itself. What a version rule
// deletes has been deleted or replaced before, so nothing names it.
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
        {
          name: 'expire-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: versionedPrefixes
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: versionDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource accessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (accessLogs) {
  scope: blobService
  name: 'access'
  properties: {
    workspaceId: workspaceResourceId
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
