metadata name = 'vm-identities in one resource group'
metadata description = 'The inventory app in an existing resource group, for people without rights on the subscription: Functions app, storage, monitoring. It assigns no Reader. It contains no keys and no secrets.'

import { roles } from 'roles.bicep'

// main.bicep has the same parameters: test/infra/entry-points.test.ts compares them.

// ---------- names and location ----------

@description('Optional. Prefix of all names: letters, digits, hyphens, underscores and periods. Names contain its first 20 characters, in lower case.')
@minLength(1)
@maxLength(64)
param name string = 'vm-identities'

@description('Optional. Last part of all names, which makes them unique. Keep the default. main.bicep sets it.')
@minLength(13)
@maxLength(13)
param nameSuffix string = uniqueString(subscription().id, resourceGroup().name)

@description('Optional. Azure region of all resources. It must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Optional. Tags of all resources.')
param tags object = {}

@description('Optional. What the deployment is for. For prod, deleteLock is on by default.')
@allowed(['dev', 'test', 'prod'])
param environmentType string = 'dev'

// Parameters that leave something behind when they are turned off say how to remove it: docs/deploy.md#turn-something-off-again

// ---------- what the app may read ----------

// Off again: GET identity names what the other identity keeps, with the command that removes it.
@description('Optional. Identity that reads the subscriptions: the user-assigned one, which also accesses storage, or the app\'s system-assigned one.')
@allowed(['userAssigned', 'systemAssigned'])
param readingIdentity string = 'userAssigned'

@description('Optional. Where the user-assigned identity can be attached: to resources of its own region only, or of all regions.')
@allowed(['Regional', 'None'])
param identityIsolationScope string = 'Regional'

// ---------- settings of the app: docs/settings.md ----------

@description('Optional. Schedule of the runs: an NCRONTAB expression with six fields, in UTC.')
param schedule string = '0 0 */6 * * *'

@description('Optional. Ids of the subscriptions to read. Empty: all that the identity can see.')
param subscriptions string[] = []

@description('Optional. Ids of subscriptions to exclude.')
param excludeSubscriptions string[] = []

@description('Optional. Management groups whose subscriptions the identity should see. Those that it does not see are blind spots. Needs Management Group Reader there (management-group.bicep).')
param managementGroups string[] = []

@description('Optional. Name of the blob container for the inventory.')
@minLength(3)
@maxLength(63)
param container string = 'inventory'

@description('Optional. Requests in flight per instance.')
@minValue(1)
@maxValue(256)
param concurrency int = 32

@description('Optional. Also read power states.')
param powerState bool = true

@description('Optional. Ask the activity log who caused each change. Callers are personal data.')
param changeAuthors bool = true

@description('Optional. Names of tags whose changes are ignored.')
param ignoredTags string[] = []

@description('Optional. Days of history to keep in the database.')
@minValue(1)
@maxValue(36500)
param retentionDays int = 400

@description('Optional. Report files that each scheduled run writes, such as virtualMachines.csv.')
param reports string[] = []

// Off again: az role assignment delete --assignee PRINCIPAL-ID --role "Storage Blob Data Reader" --scope CONTAINER-ID.
@description('Optional. Container URLs of other deployments in this tenant to merge. Needs Storage Blob Data Reader there (source.bicep).')
param sources string[] = []

@description('Optional. Minutes without progress after which a run times out.')
@minValue(1)
@maxValue(10080)
param runTimeoutMinutes int = 60

@description('Optional. Days after which a privileged identity whose machines are all stopped is a finding. 0: at once.')
@minValue(0)
@maxValue(36500)
param idleDays int = 30

@description('Optional. Number of machines. A user-assigned identity on more machines is a finding.')
@minValue(1)
@maxValue(1000000)
param sharedIdentityLimit int = 10

// Off again: with systemAssigned, as for sources, on the own container.
@description('Optional. URL of a blob with accepted findings. In another storage account, the reading identity needs Storage Blob Data Reader there (source.bicep).')
param acceptedFindings string = ''

@description('Optional. Callers: holders of function keys, or callers that App Service authentication signs in with Entra ID (requires entraClientId).')
@allowed(['keys', 'entra'])
param httpAuth string = 'keys'

@description('Optional. The https origin of another Resource Manager endpoint than this cloud\'s, such as a proxy.')
param resourceManagerEndpoint string = ''

@description('Optional. Audience of tokens for that endpoint. Empty: the cloud\'s own.')
param resourceManagerAudience string = ''

// ---------- callers, where httpAuth is entra ----------

@description('Conditional. Application (client) id of the app registration for this app. Required if httpAuth is entra.')
param entraClientId string = ''

@description('Optional. Accepted audiences of callers\' tokens, in addition to the client id itself.')
param entraAllowedAudiences string[] = ['api://${entraClientId}']

@description('Optional. Object ids of the users and service principals that may call. Empty: everyone who can get a token for this app.')
param entraAllowedPrincipalIds string[] = []

@description('Optional. Client ids of the applications whose tokens are accepted. Add the client id of a script that signs in as itself.')
param entraAllowedApplicationIds string[] = [entraClientId]

@description('Optional. What a caller who signed in without an app role may do: nothing, or read the inventory.')
@allowed(['none', 'Inventory.Read'])
param httpAuthDefaultRole string = 'none'

// ---------- hosting ----------

@description('Optional. Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Optional. Maximum number of instances. Low, because all share the quota of one identity at Azure Resource Manager, and each costs. Functions for HTTP, those of runs and each timer have instances of their own.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 5

@description('Optional. Spread instances over the zones of the region. Requires a region with zones for Flex Consumption, and a storageSkuName with ZRS.')
param zoneRedundant bool = false

@description('Optional. Redundancy of the storage account: one data centre (LRS), three zones (ZRS), or also another region (GRS, GZRS).')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSkuName string = 'Standard_LRS'

@description('Optional. Days after which the records of single runs (runs/ in the container) are deleted. The history in the database stays.')
@minValue(7)
@maxValue(3650)
param runRecordDays int = 90

@description('Optional. Days after which old versions of blobs are deleted: databases that the app has removed, reports and pointers that it has replaced. A day counts from when the blob was written. Another 30 days of soft delete follow.')
@minValue(1)
@maxValue(3650)
param versionDays int = 30

// Off again: az lock delete --name keep-inventory --resource-group GROUP --resource ACCOUNT --resource-type Microsoft.Storage/storageAccounts.
@description('Optional. Lock the storage account against deletion.')
param deleteLock bool = environmentType == 'prod'

@description('Optional. Key that encrypts the storage account, without a version: https://VAULT.vault.azure.net/keys/NAME. Empty: a key of Microsoft. Set it in the first deployment: Azure cannot encrypt the queues and tables of an existing account with it.')
param customerManagedKeyUri string = ''

@description('Conditional. Resource id of a user-assigned identity with Key Vault Crypto Service Encryption User on that key. Required if customerManagedKeyUri is set.')
param customerManagedKeyIdentityResourceId string = ''

@description('Optional. Days to keep logs.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Optional. Gigabytes that the workspace accepts in a day. Then it accepts nothing until the next day, and an alert says so. A quiet app logs some megabytes.')
@minValue(1)
@maxValue(1000)
param dailyLogCapGB int = 1

// Off again: az monitor diagnostic-settings delete --name access --resource ACCOUNT-ID/blobServices/default.
@description('Optional. Log every read and write of blobs, with the caller.')
param storageAccessLogs bool = false

// Off again: the same command, with --name all for the app, the account and its other services.
@description('Optional. Send the resource logs and metrics of the app and of all storage services to a workspace, as policies of platform teams demand. Includes storageAccessLogs. The app polls its queues, so some ten megabytes a day.')
param diagnosticSettings bool = false

@description('Optional. Resource id of the workspace for these logs and those of storageAccessLogs. Empty: the workspace of the app.')
param diagnosticWorkspaceResourceId string = ''

@description('Optional. The https address of the app\'s package, such as the vm-identities.zip of a release, readable by anyone. Empty: the deployment sends no code, and leaves the code that is there.')
param packageUri string = ''

// ---------- network ----------

// Off again: az network private-endpoint delete, then vnet, nsg and private-dns zone, of this group.
@description('Optional. Connect the app to its own virtual network, access storage through private endpoints there, and close storage to all other networks.')
param privateNetwork bool = false

@description('Optional. IPv4 address range of that virtual network: a /25 or larger.')
param virtualNetworkAddressPrefix string = '10.90.0.0/24'

@description('Optional. Resource id of an existing subnet for the app, delegated to Microsoft.App/environments, instead of a new network. Requires privateNetwork.')
param existingAppSubnetResourceId string = ''

@description('Conditional. Resource id of an existing subnet for private endpoints. Required if existingAppSubnetResourceId is set.')
param existingPrivateEndpointSubnetResourceId string = ''

@description('Optional. Private DNS zones of the private endpoints: create them here, use existing ones, or none, where a policy registers the names.')
@allowed(['create', 'existing', 'none'])
param privateDnsZones string = 'create'

@description('Conditional. Resource id of the resource group with the existing zones. They must be linked to the network. Required if privateDnsZones is existing.')
param existingPrivateDnsZonesResourceGroupId string = ''

@description('Optional. Access to the app from public networks. Disabled requires privateNetwork: the app then has a private endpoint, and deployments must run inside the network.')
@allowed(['Enabled', 'Disabled'])
param appPublicNetworkAccess string = 'Enabled'

@description('Optional. Address ranges that may call the app, in CIDR notation. Empty: all. Deployments are not restricted: they need a token of Entra ID.')
param allowedClientAddressPrefixes string[] = []

// ---------- alerts: docs/operations.md ----------

// Off again: az resource delete --ids, of the rules and the test in this group.
@description('Optional. Email addresses for alerts. The alert rules are created if there is an address or an action group.')
param alertEmailAddresses string[] = []

@description('Optional. Resource ids of action groups for alerts.')
param alertActionGroupIds string[] = []

@description('Optional. Places that ask the app for its health every 15 minutes: https://learn.microsoft.com/azure/azure-monitor/app/availability#location-population-tags. Two or more, or none for no test. Only with alerts and appPublicNetworkAccess=Enabled.')
param availabilityTestLocationIds string[] = ['emea-nl-ams-azr', 'us-va-ash-azr', 'apac-sg-sin-azr']

// ---------- budget ----------

// Off again: az consumption budget delete --budget-name budget-NAME --resource-group GROUP.
@description('Optional. Budget of the resource group for a month, in the currency of the subscription. 0: none. The receivers of alerts learn when 80 and 100 percent are spent, and when a forecast exceeds it. It stops nothing.')
@minValue(0)
param monthlyBudget int = 0

@description('Conditional. First month of the budget, such as 2026-12-01. Azure refuses a month before the current one when it creates a budget, and any other month afterwards: set it once and keep it. Required if monthlyBudget is not 0.')
param budgetStartDate string = ''

// ---------- names: test/infra/names.test.ts checks them against Azure's limits ----------

var prefix = take(replace(replace(toLower(validName), '_', '-'), '.', '-'), 20)
var names = {
  actionGroup: 'ag-${prefix}-${nameSuffix}'
  alert: 'alert-${prefix}'
  availabilityTest: 'test-${prefix}-${nameSuffix}'
  budget: 'budget-${prefix}'
  component: 'appi-${prefix}-${nameSuffix}'
  functionApp: 'func-${prefix}-${nameSuffix}'
  identity: 'id-${prefix}-${nameSuffix}'
  plan: 'plan-${prefix}-${nameSuffix}'
  privateEndpoint: 'pep-${prefix}-${nameSuffix}'
  storageAccount: 'st${take(replace(prefix, '-', ''), 9)}${nameSuffix}'
  virtualNetwork: 'vnet-${prefix}-${nameSuffix}'
  workspace: 'log-${prefix}-${nameSuffix}'
}

// ---------- settings of the app ----------

var inventorySettings = {
  INVENTORY_SCHEDULE: schedule
  INVENTORY_SUBSCRIPTIONS: join(subscriptions, ',')
  INVENTORY_EXCLUDE_SUBSCRIPTIONS: join(excludeSubscriptions, ',')
  INVENTORY_MANAGEMENT_GROUPS: join(managementGroups, ',')
  INVENTORY_CONTAINER: container
  INVENTORY_CONCURRENCY: string(concurrency)
  INVENTORY_POWER_STATE: powerState ? 'true' : 'false'
  INVENTORY_CHANGE_AUTHORS: changeAuthors ? 'true' : 'false'
  INVENTORY_IGNORED_TAGS: join(ignoredTags, ',')
  INVENTORY_RETENTION_DAYS: string(retentionDays)
  INVENTORY_REPORTS: join(reports, ',')
  INVENTORY_SOURCES: join(sources, ',')
  INVENTORY_RUN_TIMEOUT_MINUTES: string(runTimeoutMinutes)
  INVENTORY_IDLE_DAYS: string(idleDays)
  INVENTORY_SHARED_IDENTITY_LIMIT: string(sharedIdentityLimit)
  INVENTORY_ACCEPTED_FINDINGS: acceptedFindings
  INVENTORY_HTTP_AUTH: httpAuth
  INVENTORY_HTTP_AUTH_DEFAULT_ROLE: httpAuthDefaultRole
  AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManagerEndpoint
  AZURE_RESOURCE_MANAGER_AUDIENCE: resourceManagerAudience
}

// ---------- invalid combinations: Azure evaluates variables before it creates anything ----------

var isEntra = httpAuth == 'keys'
  ? false
  : empty(entraClientId)
      ? fail('httpAuth is entra, but entraClientId is empty: docs/security.md describes how to create the app registration')
      : true
var appAccess = appPublicNetworkAccess == 'Enabled' || privateNetwork
  ? appPublicNetworkAccess
  : fail('appPublicNetworkAccess is Disabled, but privateNetwork is false: no network could reach the app')

var nameCharacters = map(range(0, length(name)), index => toLower(substring(name, index, 1)))
var validName = empty(filter(
    nameCharacters,
    character => !contains('abcdefghijklmnopqrstuvwxyz0123456789-_.', character)
  ))
  ? name
  : fail('name is \'${name}\', and may contain only letters, digits, hyphens, underscores and periods. With azd it is the name of the environment: create another one with azd env new')
var addressPrefix = parseCidr(virtualNetworkAddressPrefix).cidr <= 25
  ? virtualNetworkAddressPrefix
  : fail('virtualNetworkAddressPrefix is ${virtualNetworkAddressPrefix}, but two subnets of /26 have to fit: use a /25 or larger')

var hasAlerts = !empty(alertEmailAddresses) || !empty(alertActionGroupIds)
// One place alone cannot tell a fault of the app from one of its own.
var hasAvailabilityTest = length(availabilityTestLocationIds) == 1
  ? fail('availabilityTestLocationIds names one place: name two or more, or none')
  : hasAlerts && appAccess == 'Enabled' && !empty(availabilityTestLocationIds)
// parseCidr refuses what is no address range.
var clientAddressPrefixes = map(
  allowedClientAddressPrefixes,
  prefix =>
    contains(prefix, '/') && !empty(parseCidr(prefix).network)
      ? prefix
      : fail('allowedClientAddressPrefixes: ${prefix} is no address range such as 203.0.113.0/24 or 203.0.113.7/32')
)
var hasExistingSubnets = empty(existingAppSubnetResourceId) && empty(existingPrivateEndpointSubnetResourceId)
  ? false
  : privateNetwork && contains(existingAppSubnetResourceId, '/subnets/') && contains(
        existingPrivateEndpointSubnetResourceId,
        '/subnets/'
      )
      ? true
      : fail('existingAppSubnetResourceId and existingPrivateEndpointSubnetResourceId belong together, are resource ids of subnets, and need privateNetwork')
var hasOwnNetwork = privateNetwork && !hasExistingSubnets
var zoneGroup = privateDnsZones == 'create'
  ? resourceGroup().id
  : privateDnsZones == 'none'
      ? 'none'
      : length(split(existingPrivateDnsZonesResourceGroupId, '/')) == 5
          ? existingPrivateDnsZonesResourceGroupId
          : fail('privateDnsZones is existing, but existingPrivateDnsZonesResourceGroupId is not /subscriptions/ID/resourceGroups/NAME')
var isZoneRedundant = zoneRedundant && !contains(storageSkuName, 'ZRS')
  ? fail('zoneRedundant needs a storageSkuName with ZRS: Standard_ZRS or Standard_GZRS')
  : zoneRedundant
var keyUri = empty(customerManagedKeyUri) || (length(split(customerManagedKeyUri, '/')) == 5 && startsWith(
    customerManagedKeyUri,
    'https://'
  ) && split(customerManagedKeyUri, '/')[3] == 'keys' && !empty(customerManagedKeyIdentityResourceId))
  ? customerManagedKeyUri
  : fail('customerManagedKeyUri must be the URL of a key in a vault, https://HOST/keys/NAME without a version, and needs customerManagedKeyIdentityResourceId')
var budgetStart = monthlyBudget == 0 || (length(budgetStartDate) == 10 && endsWith(budgetStartDate, '-01') && hasAlerts)
  ? budgetStartDate
  : fail('monthlyBudget needs budgetStartDate, the first day of a month such as 2026-12-01, and a receiver of alerts (alertEmailAddresses or alertActionGroupIds)')

var packageAddress = empty(packageUri) || startsWith(packageUri, 'https://') && !contains(packageUri, '?')
  ? packageUri
  : fail('packageUri has to begin with https:// and may have no query: the deployment keeps it, and a signature is a secret')

// ---------- resources ----------

module identity 'modules/identity.bicep' = {
  params: {
    name: names.identity
    location: location
    tags: tags
    isolationScope: identityIsolationScope
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: names.workspace
    componentName: names.component
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGB: dailyLogCapGB
  }
}

module monitoringRole 'modules/monitoring-role.bicep' = {
  params: {
    componentName: monitoring.outputs.componentName
    principalId: identity.outputs.principalId
    roleDefinitionId: roles.monitoringMetricsPublisher
  }
}

var diagnosticWorkspace = empty(diagnosticWorkspaceResourceId)
  ? monitoring.outputs.workspaceResourceId
  : diagnosticWorkspaceResourceId

module storage 'modules/storage.bicep' = {
  params: {
    name: names.storageAccount
    location: location
    tags: tags
    skuName: storageSkuName
    inventoryContainerName: container
    runRecordDays: runRecordDays
    versionDays: versionDays
    keyUri: keyUri
    keyIdentityResourceId: customerManagedKeyIdentityResourceId
    publicNetworkAccess: !privateNetwork
    accessLogs: storageAccessLogs && !diagnosticSettings
    workspaceResourceId: diagnosticWorkspace
  }
}

module storageLock 'modules/delete-lock.bicep' = if (deleteLock) {
  params: {
    storageAccountName: storage.outputs.name
  }
}

module storageRoles 'modules/storage-roles.bicep' = {
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

module network 'modules/network.bicep' = if (hasOwnNetwork) {
  params: {
    name: names.virtualNetwork
    location: location
    tags: tags
    addressPrefix: addressPrefix
  }
}

var appSubnetResourceId = hasOwnNetwork ? network!.outputs.appSubnetResourceId : existingAppSubnetResourceId
var privateEndpointSubnetResourceId = hasOwnNetwork
  ? network!.outputs.privateEndpointSubnetResourceId
  : existingPrivateEndpointSubnetResourceId

module zones 'modules/private-dns-zones.bicep' = if (privateNetwork && privateDnsZones == 'create') {
  params: {
    zoneNames: concat(storageZoneNames, isAppPrivate ? [appZoneName] : [])
    linkName: names.virtualNetwork
    virtualNetworkResourceId: hasOwnNetwork
      ? network!.outputs.virtualNetworkResourceId
      : first(split(existingAppSubnetResourceId, '/subnets/'))
    tags: tags
  }
}

var zonesOf = zoneGroup == 'none' ? '' : '${zoneGroup}/providers/Microsoft.Network/privateDnsZones/'

module storageEndpoints 'modules/private-endpoint.bicep' = [
  for (service, index) in storageServices: if (privateNetwork) {
    params: {
      name: '${names.privateEndpoint}-${service}'
      location: location
      tags: tags
      subnetResourceId: privateEndpointSubnetResourceId
      targetResourceId: storage.outputs.resourceId
      groupId: service
      zoneResourceId: empty(zonesOf) ? '' : '${zonesOf}${storageZoneNames[index]}'
    }
    dependsOn: [zones]
  }
]

module functionApp 'modules/function-app.bicep' = {
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
    zoneRedundant: isZoneRedundant
    publicNetworkAccess: appAccess
    allowedClientAddressPrefixes: clientAddressPrefixes
    allowAvailabilityTests: hasAvailabilityTest
    subnetResourceId: appSubnetResourceId
  }
  // The first start of the app reads and writes storage.
  dependsOn: [
    monitoringRole
    storageRoles
    storageEndpoints
  ]
}

module appEndpoint 'modules/private-endpoint.bicep' = if (isAppPrivate) {
  params: {
    name: '${names.privateEndpoint}-sites'
    location: location
    tags: tags
    subnetResourceId: privateEndpointSubnetResourceId
    targetResourceId: functionApp.outputs.resourceId
    groupId: 'sites'
    zoneResourceId: empty(zonesOf) ? '' : '${zonesOf}${appZoneName}'
  }
  dependsOn: [zones]
}

module authentication 'modules/authentication.bicep' = {
  params: {
    appName: functionApp.outputs.name
    enabled: isEntra
    clientId: entraClientId
    allowedAudiences: entraAllowedAudiences
    allowedPrincipalIds: entraAllowedPrincipalIds
    allowedApplicationIds: entraAllowedApplicationIds
  }
}

// After all that restarts the app.
module package 'modules/package.bicep' = if (!empty(packageUri)) {
  params: {
    appName: functionApp.outputs.name
    packageUri: packageAddress
  }
  dependsOn: [
    authentication
  ]
}

var readerPrincipalId = readingIdentity == 'systemAssigned'
  ? functionApp.outputs.systemAssignedPrincipalId
  : identity.outputs.principalId

// The system-assigned identity needs a role to read that blob. The user-assigned one already owns all blobs of the account.
module acceptedFindingsRole 'modules/container-role.bicep' = if (!empty(acceptedFindings) && readingIdentity == 'systemAssigned') {
  params: {
    storageAccountName: storage.outputs.name
    containerName: container
    principalId: readerPrincipalId
    roleDefinitionId: roles.storageBlobDataReader
  }
}

module diagnostics 'modules/diagnostics.bicep' = if (diagnosticSettings) {
  params: {
    functionAppName: functionApp.outputs.name
    storageAccountName: storage.outputs.name
    workspaceResourceId: diagnosticWorkspace
  }
}

// ---------- alerts and the workbook ----------

module actionGroup 'modules/action-group.bicep' = if (!empty(alertEmailAddresses)) {
  params: {
    name: names.actionGroup
    tags: tags
    emailAddresses: alertEmailAddresses
  }
}

var actionGroupIds = concat(alertActionGroupIds, empty(alertEmailAddresses) ? [] : [actionGroup!.outputs.resourceId])

module alerts 'modules/alerts.bicep' = if (hasAlerts) {
  params: {
    namePrefix: names.alert
    location: location
    tags: tags
    workspaceResourceId: monitoring.outputs.workspaceResourceId
    actionGroupIds: actionGroupIds
  }
}

module activityAlerts 'modules/activity-alerts.bicep' = if (hasAlerts) {
  params: {
    namePrefix: names.alert
    tags: tags
    storageAccountResourceId: storage.outputs.resourceId
    actionGroupIds: actionGroupIds
  }
}

module availability 'modules/availability.bicep' = if (hasAvailabilityTest) {
  params: {
    name: names.availabilityTest
    namePrefix: names.alert
    location: location
    tags: tags
    componentName: monitoring.outputs.componentName
    hostName: functionApp.outputs.hostName
    locationIds: availabilityTestLocationIds
    actionGroupIds: actionGroupIds
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  params: {
    name: names.budget
    amount: monthlyBudget
    startDate: budgetStart
    emailAddresses: alertEmailAddresses
    actionGroupIds: alertActionGroupIds
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    displayName: 'vm-identities: runs (${name})'
    location: location
    tags: tags
    workspaceResourceId: monitoring.outputs.workspaceResourceId
  }
}

@description('Name of the function app.')
output functionAppName string = functionApp.outputs.name

@description('Host name of the function app. The API is at https://HOST-NAME/api.')
output functionAppHostName string = functionApp.outputs.hostName

@description('Address of the web page.')
output pageUrl string = 'https://${functionApp.outputs.hostName}/api/page'

@description('Object id of the identity that reads the subscriptions: the principalId of management-group.bicep and source.bicep.')
output readerPrincipalId string = readerPrincipalId

@description('Object id of the identity that accesses storage and Application Insights. Equal to readerPrincipalId, unless readingIdentity is systemAssigned.')
output storagePrincipalId string = identity.outputs.principalId

@description('URL of the container with the databases: a source for another deployment, and --database of the command line.')
output databaseContainerUrl string = storage.outputs.inventoryContainerUrl

@description('Name of the storage account.')
output storageAccountName string = storage.outputs.name

@description('Resource id of the Log Analytics workspace.')
output logAnalyticsWorkspaceResourceId string = monitoring.outputs.workspaceResourceId
