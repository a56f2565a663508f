targetScope = 'subscription'

metadata name = 'vm-identities'
metadata description = 'The inventory app in one subscription: its resource group, Functions app, storage, monitoring, and Reader on the subscriptions that it reads. It contains no keys and no secrets.'

import { roles } from 'roles.bicep'

// resource-group.bicep has the same parameters: test/infra/entry-points.test.ts compares them.

// ---------- names and location ----------

@description('Optional. Prefix of all names: letters, digits, hyphens, underscores and periods. Names contain its first 20 characters, in lower case.')
@minLength(1)
@maxLength(64)
param name string = 'vm-identities'

// The regions with Flex Consumption. azd offers no others: az functionapp list-flexconsumption-locations
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
@description('Required. Azure region of all resources.')
param location string

@description('Optional. Name of the resource group. The deployment creates it if it does not exist.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-${name}'

@description('Optional. Tags of the resource group and of all resources.')
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

// Off again: az role assignment delete --assignee PRINCIPAL-ID --role Reader --scope /subscriptions/ID, with the output readerPrincipalId.
@description('Optional. Assign Reader on this subscription to that identity. Set to false where a management group assigns it (management-group.bicep).')
param assignReader bool = true

// Off again: the same command.
@description('Optional. Ids of further subscriptions of this tenant on which that identity gets Reader. The deployer needs the right to assign roles there.')
param additionalSubscriptionIds string[] = []

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

// ---------- resources ----------

// The name as given, so that the casing of an existing group changes no names.
var suffix = uniqueString(subscription().id, resourceGroupName)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module app 'resource-group.bicep' = {
  scope: group
  params: {
    name: name
    nameSuffix: suffix
    location: location
    tags: tags
    environmentType: environmentType
    readingIdentity: readingIdentity
    identityIsolationScope: identityIsolationScope
    schedule: schedule
    subscriptions: subscriptions
    excludeSubscriptions: excludeSubscriptions
    managementGroups: managementGroups
    container: container
    concurrency: concurrency
    powerState: powerState
    changeAuthors: changeAuthors
    ignoredTags: ignoredTags
    retentionDays: retentionDays
    reports: reports
    sources: sources
    runTimeoutMinutes: runTimeoutMinutes
    idleDays: idleDays
    sharedIdentityLimit: sharedIdentityLimit
    acceptedFindings: acceptedFindings
    httpAuth: httpAuth
    resourceManagerEndpoint: resourceManagerEndpoint
    resourceManagerAudience: resourceManagerAudience
    entraClientId: entraClientId
    entraAllowedAudiences: entraAllowedAudiences
    entraAllowedPrincipalIds: entraAllowedPrincipalIds
    entraAllowedApplicationIds: entraAllowedApplicationIds
    httpAuthDefaultRole: httpAuthDefaultRole
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    zoneRedundant: zoneRedundant
    storageSkuName: storageSkuName
    runRecordDays: runRecordDays
    versionDays: versionDays
    deleteLock: deleteLock
    customerManagedKeyUri: customerManagedKeyUri
    customerManagedKeyIdentityResourceId: customerManagedKeyIdentityResourceId
    logRetentionDays: logRetentionDays
    dailyLogCapGB: dailyLogCapGB
    storageAccessLogs: storageAccessLogs
    diagnosticSettings: diagnosticSettings
    diagnosticWorkspaceResourceId: diagnosticWorkspaceResourceId
    packageUri: packageUri
    privateNetwork: privateNetwork
    virtualNetworkAddressPrefix: virtualNetworkAddressPrefix
    existingAppSubnetResourceId: existingAppSubnetResourceId
    existingPrivateEndpointSubnetResourceId: existingPrivateEndpointSubnetResourceId
    privateDnsZones: privateDnsZones
    existingPrivateDnsZonesResourceGroupId: existingPrivateDnsZonesResourceGroupId
    appPublicNetworkAccess: appPublicNetworkAccess
    allowedClientAddressPrefixes: allowedClientAddressPrefixes
    alertEmailAddresses: alertEmailAddresses
    alertActionGroupIds: alertActionGroupIds
    availabilityTestLocationIds: availabilityTestLocationIds
    monthlyBudget: monthlyBudget
    budgetStartDate: budgetStartDate
  }
}

// ---------- Reader on the subscriptions ----------

// Each id once, whatever its casing.
var readerSubscriptionIds = union(
  assignReader ? [toLower(subscription().subscriptionId)] : [],
  map(additionalSubscriptionIds, id => toLower(id))
)

module readers 'modules/subscription-role.bicep' = [
  for subscriptionId in readerSubscriptionIds: {
    // Visible among the deployments of other subscriptions, so the name says which app it belongs to. A deployment keeps its
    // location, so another one has another name.
    name: 'reader-${take(name, 20)}-${uniqueString(suffix, location)}'
    scope: subscription(subscriptionId)
    params: {
      principalId: app.outputs.readerPrincipalId
      roleDefinitionId: roles.reader
    }
  }
]

// Names in camelCase, because Azure changes the casing of upper-case names.

@description('Name of the resource group.')
output resourceGroupName string = group.name

@description('Name of the function app.')
output functionAppName string = app.outputs.functionAppName

@description('Host name of the function app. The API is at https://HOST-NAME/api.')
output functionAppHostName string = app.outputs.functionAppHostName

@description('Address of the web page.')
output pageUrl string = app.outputs.pageUrl

@description('Object id of the identity that reads the subscriptions: the principalId of management-group.bicep and source.bicep.')
output readerPrincipalId string = app.outputs.readerPrincipalId

@description('Object id of the identity that accesses storage and Application Insights. Equal to readerPrincipalId, unless readingIdentity is systemAssigned.')
output storagePrincipalId string = app.outputs.storagePrincipalId

@description('URL of the container with the databases: a source for another deployment, and --database of the command line.')
output databaseContainerUrl string = app.outputs.databaseContainerUrl

@description('Name of the storage account.')
output storageAccountName string = app.outputs.storageAccountName

@description('Resource id of the Log Analytics workspace.')
output logAnalyticsWorkspaceResourceId string = app.outputs.logAnalyticsWorkspaceResourceId
