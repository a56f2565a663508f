targetScope = 'subscription'

metadata name = 'vm-identities'
metadata description = 'The inventory app in one subscription: its resource group, Functions app, storage and monitoring, and Reader where it reads. Nothing here holds a key or a secret.'

import { roles } from 'roles.bicep'

// ---------- names and places ----------

@description('Optional. Beginning of all names: lower-case letters, digits and hyphens.')
@minLength(2)
@maxLength(20)
param name string = 'vm-identities'

@description('Optional. Azure region of all resources. It must offer Flex Consumption.')
param location string = deployment().location

@description('Optional. Name of the resource group, which is made if it is not there.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-${name}'

@description('Optional. Tags of the resource group and of all resources.')
param tags object = {}

// ---------- what it may read ----------

@description('Optional. Which identity reads the subscriptions: the user-assigned one, which also reaches storage, or the app\'s own system-assigned one.')
@allowed(['userAssigned', 'systemAssigned'])
param readingIdentity string = 'userAssigned'

@description('Optional. Give that identity Reader on this subscription. False where a management group gives it (management-group.bicep).')
param assignReader bool = true

@description('Optional. Ids of further subscriptions of this tenant in which that identity gets Reader. The deployer needs the right to assign roles there.')
param additionalSubscriptionIds string[] = []

// ---------- settings of the app: docs/settings.md ----------

@description('Optional. When the app collects: NCRONTAB of six fields, in UTC.')
param schedule string = '0 0 */6 * * *'

@description('Optional. Ids of the subscriptions to read. Empty: all that the identity sees.')
param subscriptions string[] = []

@description('Optional. Ids of subscriptions to leave out.')
param excludeSubscriptions string[] = []

@description('Optional. Management groups whose subscriptions should be seen: the others are blind spots. Needs Management Group Reader there (management-group.bicep).')
param managementGroups string[] = []

@description('Optional. Blob container of the inventory.')
@minLength(3)
@maxLength(63)
param container string = 'inventory'

@description('Optional. Requests in flight per instance.')
@minValue(1)
@maxValue(256)
param concurrency int = 32

@description('Optional. Also read power states.')
param powerState bool = true

@description('Optional. Tags whose changes are no changes.')
param ignoredTags string[] = []

@description('Optional. Days of history kept in the database.')
@minValue(1)
@maxValue(36500)
param retentionDays int = 400

@description('Optional. Files that each scheduled run writes, such as virtualMachines.csv.')
param reports string[] = []

@description('Optional. Container URLs of other deployments in this tenant to merge. Needs Storage Blob Data Reader there (source.bicep).')
param sources string[] = []

@description('Optional. Minutes without progress after which a run is ended.')
@minValue(1)
@maxValue(10080)
param runTimeoutMinutes int = 60

@description('Optional. Days after which a privileged identity on machines that do not run is a finding. 0: at once.')
@minValue(0)
@maxValue(36500)
param idleDays int = 30

@description('Optional. An identity on more machines than this is a finding.')
@minValue(1)
@maxValue(1000000)
param sharedIdentityLimit int = 10

@description('Optional. Address of a blob with findings to silence. In another account than the app\'s own the reading identity needs Storage Blob Data Reader there (source.bicep).')
param acceptedFindings string = ''

@description('Optional. Who may call: holders of function keys, or callers that App Service authentication signs in with Entra ID (then entraClientId is needed).')
@allowed(['keys', 'entra'])
param httpAuth string = 'keys'

@description('Optional. An https origin of Resource Manager other than this cloud\'s, such as a proxy.')
param resourceManagerEndpoint string = ''

@description('Optional. Whom tokens for that endpoint are for. Empty: the cloud\'s own.')
param resourceManagerAudience string = ''

// ---------- who may call, where httpAuth is entra ----------

@description('Conditional. Application (client) id of the app registration that stands for this app. Required if httpAuth is entra.')
param entraClientId string = ''

@description('Optional. Audiences that callers\' tokens may be for, besides the client id itself.')
param entraAllowedAudiences string[] = ['api://${entraClientId}']

@description('Optional. Object ids of the users and service principals that may call. Empty: everybody who gets a token for this app.')
param entraAllowedPrincipalIds string[] = []

@description('Optional. Client ids of the applications whose tokens are taken: a script that signs in as itself stands here with its own.')
param entraAllowedApplicationIds string[] = [entraClientId]

// ---------- hosting ----------

@description('Optional. Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Optional. Largest number of instances.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Copies of the storage account: in one data centre (LRS), in three zones (ZRS), in another region too (GRS, GZRS).')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSkuName string = 'Standard_LRS'

@description('Optional. Days after which the records of single runs (runs/ in the container) are removed. The history in the database stays.')
@minValue(7)
@maxValue(3650)
param runRecordDays int = 90

@description('Optional. Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Optional. Log every read and write of blobs, with who did it.')
param storageAccessLogs bool = false

// ---------- network ----------

@description('Optional. Join the app to a virtual network of its own, reach storage by private endpoints there, and close storage to all other networks.')
param privateNetwork bool = false

@description('Optional. Addresses of that virtual network: a /24 or larger.')
param virtualNetworkAddressPrefix string = '10.90.0.0/24'

@description('Optional. Whether the app answers from public networks. Disabled needs privateNetwork: the app then has a private endpoint, and is deployed to from inside, too.')
@allowed(['Enabled', 'Disabled'])
param appPublicNetworkAccess string = 'Enabled'

// ---------- alerts: docs/operations.md ----------

@description('Optional. Addresses to send alerts to. Alerts are made when there is one, or an action group.')
param alertEmailAddresses string[] = []

@description('Optional. Resource ids of action groups that alerts go to.')
param alertActionGroupIds string[] = []

@description('Optional. Hours between two scheduled runs. A run is late when none succeeded for twice as long.')
@minValue(1)
@maxValue(24)
param schedulePeriodHours int = 6

// ---------- names: test/infra/names.test.ts holds them against Azure's limits ----------

var suffix = uniqueString(subscription().id, resourceGroupName)
var names = {
  actionGroup: 'ag-${name}-${suffix}'
  alert: 'alert-${name}'
  component: 'appi-${name}-${suffix}'
  functionApp: 'func-${name}-${suffix}'
  identity: 'id-${name}-${suffix}'
  plan: 'plan-${name}-${suffix}'
  privateEndpoint: 'pep-${name}-${suffix}'
  storageAccount: 'st${take(replace(name, '-', ''), 9)}${suffix}'
  virtualNetwork: 'vnet-${name}-${suffix}'
  workspace: 'log-${name}-${suffix}'
}

// ---------- what the app is told ----------

var inventorySettings = {
  INVENTORY_SCHEDULE: schedule
  INVENTORY_SUBSCRIPTIONS: join(subscriptions, ',')
  INVENTORY_EXCLUDE_SUBSCRIPTIONS: join(excludeSubscriptions, ',')
  INVENTORY_MANAGEMENT_GROUPS: join(managementGroups, ',')
  INVENTORY_CONTAINER: container
  INVENTORY_CONCURRENCY: string(concurrency)
  INVENTORY_POWER_STATE: powerState ? 'true' : 'false'
  INVENTORY_IGNORED_TAGS: join(ignoredTags, ',')
  INVENTORY_RETENTION_DAYS: string(retentionDays)
  INVENTORY_REPORTS: join(reports, ',')
  INVENTORY_SOURCES: join(sources, ',')
  INVENTORY_RUN_TIMEOUT_MINUTES: string(runTimeoutMinutes)
  INVENTORY_IDLE_DAYS: string(idleDays)
  INVENTORY_SHARED_IDENTITY_LIMIT: string(sharedIdentityLimit)
  INVENTORY_ACCEPTED_FINDINGS: acceptedFindings
  INVENTORY_HTTP_AUTH: httpAuth
  AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManagerEndpoint
  AZURE_RESOURCE_MANAGER_AUDIENCE: resourceManagerAudience
}

// ---------- what cannot be meant: variables are worked out before anything is made ----------

var isEntra = httpAuth == 'keys'
  ? false
  : empty(entraClientId) ? fail('httpAuth is entra, but entraClientId is empty: docs/security.md says how to make the app registration') : true
var appAccess = appPublicNetworkAccess == 'Enabled' || privateNetwork
  ? appPublicNetworkAccess
  : fail('appPublicNetworkAccess is Disabled, but privateNetwork is false: nobody could reach the app')

// ---------- resources ----------

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    componentName: names.component
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module monitoringRole 'modules/monitoring-role.bicep' = {
  scope: group
  params: {
    componentName: monitoring.outputs.componentName
    principalId: identity.outputs.principalId
    roleDefinitionId: roles.monitoringMetricsPublisher
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.storageAccount
    location: location
    tags: tags
    skuName: storageSkuName
    inventoryContainerName: container
    runRecordDays: runRecordDays
    publicNetworkAccess: !privateNetwork
    accessLogs: storageAccessLogs
    workspaceName: monitoring.outputs.workspaceName
  }
}

module storageRoles 'modules/storage-roles.bicep' = {
  scope: group
  params: {
    storageAccountName: storage.outputs.name
    principalId: identity.outputs.principalId
    roleDefinitionIds: [
      roles.storageBlobDataOwner
      roles.storageQueueDataContributor
      roles.storageTableDataContributor
    ]
  }
}

var storageServices = ['blob', 'queue', 'table']
var storageZoneNames = [for service in storageServices: 'privatelink.${service}.${environment().suffixes.storage}']
var appZoneNames = {
  AzureCloud: 'privatelink.azurewebsites.net'
  AzureUSGovernment: 'privatelink.azurewebsites.us'
  AzureChinaCloud: 'privatelink.chinacloudsites.cn'
}
var appZoneName = appZoneNames[environment().name]
var isAppPrivate = appAccess == 'Disabled'

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: names.virtualNetwork
    location: location
    tags: tags
    addressPrefix: virtualNetworkAddressPrefix
    zoneNames: concat(storageZoneNames, isAppPrivate ? [appZoneName] : [])
  }
}

module storageEndpoints 'modules/private-endpoint.bicep' = [
  for (service, index) in storageServices: if (privateNetwork) {
    scope: group
    params: {
      name: '${names.privateEndpoint}-${service}'
      location: location
      tags: tags
      subnetResourceId: network!.outputs.privateEndpointSubnetResourceId
      targetResourceId: storage.outputs.resourceId
      groupId: service
      zoneName: storageZoneNames[index]
    }
  }
]

module functionApp 'modules/function-app.bicep' = {
  scope: group
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    identityName: identity.outputs.name
    readingIdentity: readingIdentity
    storageAccountName: storage.outputs.name
    deploymentContainerName: storage.outputs.deploymentContainerName
    componentName: monitoring.outputs.componentName
    inventorySettings: inventorySettings
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    publicNetworkAccess: appAccess
    subnetResourceId: privateNetwork ? network!.outputs.appSubnetResourceId : ''
  }
  // its first start reads and writes storage
  dependsOn: [
    monitoringRole
    storageRoles
    storageEndpoints
  ]
}

module appEndpoint 'modules/private-endpoint.bicep' = if (isAppPrivate) {
  scope: group
  params: {
    name: '${names.privateEndpoint}-sites'
    location: location
    tags: tags
    subnetResourceId: network!.outputs.privateEndpointSubnetResourceId
    targetResourceId: functionApp.outputs.resourceId
    groupId: 'sites'
    zoneName: appZoneName
  }
}

module authentication 'modules/authentication.bicep' = {
  scope: group
  params: {
    appName: functionApp.outputs.name
    enabled: isEntra
    clientId: entraClientId
    allowedAudiences: entraAllowedAudiences
    allowedPrincipalIds: entraAllowedPrincipalIds
    allowedApplicationIds: entraAllowedApplicationIds
  }
}

// ---------- Reader, where it reads ----------

var readerPrincipalId = readingIdentity == 'systemAssigned'
  ? functionApp.outputs.systemAssignedPrincipalId
  : identity.outputs.principalId
// each once, in whatever casing it was written
var readerSubscriptionIds = union(
  assignReader ? [toLower(subscription().subscriptionId)] : [],
  map(additionalSubscriptionIds, id => toLower(id))
)

module readers 'modules/subscription-role.bicep' = [
  for subscriptionId in readerSubscriptionIds: {
    // seen in the deployments of other people's subscriptions: it says whose it is
    name: 'reader-${name}-${suffix}'
    scope: subscription(subscriptionId)
    params: {
      principalId: readerPrincipalId
      roleDefinitionId: roles.reader
    }
  }
]

// It reads that blob; the other identity, which owns all blobs of the account, does so by its role there.
module acceptedFindingsRole 'modules/container-role.bicep' = if (!empty(acceptedFindings) && readingIdentity == 'systemAssigned') {
  scope: group
  params: {
    storageAccountName: storage.outputs.name
    containerName: container
    principalId: readerPrincipalId
    roleDefinitionId: roles.storageBlobDataReader
  }
}

// ---------- alerts and the workbook ----------

module alerts 'modules/alerts.bicep' = if (!empty(alertEmailAddresses) || !empty(alertActionGroupIds)) {
  scope: group
  params: {
    namePrefix: names.alert
    actionGroupName: names.actionGroup
    location: location
    tags: tags
    workspaceResourceId: monitoring.outputs.workspaceResourceId
    emailAddresses: alertEmailAddresses
    actionGroupIds: alertActionGroupIds
    schedulePeriodHours: schedulePeriodHours
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    displayName: 'vm-identities: runs (${name})'
    location: location
    tags: tags
    workspaceResourceId: monitoring.outputs.workspaceResourceId
  }
}

// Names in camelCase: Azure gives back those in capitals with others than were written.

@description('Name of the resource group.')
output resourceGroupName string = group.name

@description('Name of the function app.')
output functionAppName string = functionApp.outputs.name

@description('Host name of the function app: https://HOST-NAME/api.')
output functionAppHostName string = functionApp.outputs.hostName

@description('Object id of the identity that reads the subscriptions: what management-group.bicep and source.bicep take as principalId.')
output readerPrincipalId string = readerPrincipalId

@description('Object id of the identity that reaches storage and Application Insights. The same one, unless readingIdentity is systemAssigned.')
output storagePrincipalId string = identity.outputs.principalId

@description('Address of the container that holds the databases: what another deployment takes as a source, and the command line as --database.')
output databaseContainerUrl string = storage.outputs.inventoryContainerUrl

@description('Name of the storage account.')
output storageAccountName string = storage.outputs.name

@description('Resource id of the Log Analytics workspace.')
output logAnalyticsWorkspaceResourceId string = monitoring.outputs.workspaceResourceId
