metadata name = 'Function app'
metadata description = 'The Flex Consumption plan and its app. The app accesses storage and Application Insights with the user-assigned identity. No setting contains a key.'

@description('Required. Name of the app.')
@minLength(2)
@maxLength(60)
param name string

@description('Required. Name of the plan.')
@maxLength(60)
param planName string

@description('Required. Region of the app and the plan.')
param location string

@description('Required. Tags of the app and the plan.')
param tags object

@description('Required. Name of the user-assigned identity, in this resource group. Its roles must already be assigned.')
param identityName string

@description('Required. Identity that reads the subscriptions: the user-assigned one, or a system-assigned one that this module creates.')
@allowed(['userAssigned', 'systemAssigned'])
param readingIdentity string

@description('Required. Name of the storage account, in this resource group.')
param storageAccountName string

@description('Required. Name of the container for the app\'s package.')
param deploymentContainerName string

@description('Required. Name of the Application Insights component, in this resource group.')
param componentName string

@description('Required. Settings of the app by name. Empty settings are omitted, so that the app uses its defaults.')
param inventorySettings object

@description('Required. Memory of an instance in MB.')
param instanceMemoryMB int

@description('Required. Maximum number of instances.')
param maximumInstanceCount int

@description('Required. Whether instances are spread over the zones of the region.')
param zoneRedundant bool

@description('Required. Access to the app from public networks: Enabled or Disabled.')
param publicNetworkAccess string

@description('Required. Address ranges that may call the app, in CIDR notation. Empty: all.')
param allowedClientAddressPrefixes string[]

@description('Required. Whether the availability tests of Application Insights may call the app as well.')
param allowAvailabilityTests bool

@description('Required. Resource id of the subnet for the app\'s outgoing requests. Empty: none.')
param subnetResourceId string

// The major version that the bundle is built and tested for.
var nodeVersion = '24'
var isSystemAssigned = readingIdentity == 'systemAssigned'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

// https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
var hostSettings = {
  // The host's page at / is public and says nothing of use.
  AzureWebJobsDisableHomepage: 'true'
  AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.properties.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
}

var identitySettings = {
  // Without it the app reads with its system-assigned identity.
  AZURE_CLIENT_ID: isSystemAssigned ? '' : identity.properties.clientId
  AZURE_CLOUD: environment().name
}

var settings = filter(items(union(hostSettings, identitySettings, inventorySettings)), setting => !empty(setting.value))

var clients = [
  for (prefix, index) in allowedClientAddressPrefixes: {
    name: 'client-${index}'
    action: 'Allow'
    priority: 100 + index
    ipAddress: prefix
  }
]
// Anyone can have such tests. Like everyone else they need a key or a token, except at health.
var availabilityTests = {
  name: 'availability-tests'
  action: 'Allow'
  priority: 1000
  tag: 'ServiceTag'
  ipAddress: 'ApplicationInsightsAvailability'
}
var isRestricted = !empty(allowedClientAddressPrefixes)

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  // azd finds the app of the service in azure.yaml by this tag.
  tags: union(tags, { 'azd-service-name': 'inventory' })
  kind: 'functionapp,linux'
  identity: {
    type: isSystemAssigned ? 'SystemAssigned, UserAssigned' : 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: publicNetworkAccess
    virtualNetworkSubnetId: empty(subnetResourceId) ? null : subnetResourceId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
    siteConfig: {
      appSettings: map(settings, setting => { name: setting.key, value: setting.value })
      http20Enabled: true
      ipSecurityRestrictions: isRestricted ? concat(clients, allowAvailabilityTests ? [availabilityTests] : []) : []
      ipSecurityRestrictionsDefaultAction: isRestricted ? 'Deny' : 'Allow'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
  }

  // No deployment with user names and passwords.
  resource ftpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource deploymentPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

@description('Name of the app.')
output name string = app.name

@description('Resource id of the app.')
output resourceId string = app.id

@description('Host name of the app.')
output hostName string = app.properties.defaultHostName

@description('Object id of the system-assigned identity. Empty without one.')
output systemAssignedPrincipalId string = isSystemAssigned ? app.identity.principalId : ''
