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

@description('Optional. Days after which a privileged identity on machines that do not run is a finding.')
@minValue(1)
@maxValue(36500)
param idleDays int = 30

@description('Optional. An identity on more machines than this is a finding.')
@minValue(1)
@maxValue(1000000)
param sharedIdentityLimit int = 10

@description('Optional. Blob in the container with findings to silence.')
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

@description('Optional. Audiences that callers\' tokens may be for.')
param entraAllowedAudiences string[] = ['api://${entraClientId}']

@description('Optional. Object ids of the users, groups and service principals that may call. Empty: everybody who gets a token for this app.')
param entraAllowedPrincipalIds string[] = []

@description('Optional. Client ids of the applications that may get tokens to call with. Empty: App Service\'s default, the app registration itself.')
param entraAllowedApplicationIds string[] = []

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

@description('Name of the resource group.')
output AZURE_RESOURCE_GROUP string = resourceGroupName

@description('Name of the function app.')
output AZURE_FUNCTION_NAME string = ''

@description('Name of the function app, as azd expects it for the service `inventory`.')
output SERVICE_INVENTORY_NAME string = ''

@description('Host name of the function app: https://HOST-NAME/api.')
output FUNCTION_APP_HOST_NAME string = ''

@description('Object id of the identity that reads the subscriptions: what management-group.bicep and source.bicep take as principalId.')
output READER_PRINCIPAL_ID string = ''

@description('Object id of the identity that reaches storage and Application Insights. The same one, unless readingIdentity is systemAssigned.')
output STORAGE_PRINCIPAL_ID string = ''

@description('Address of the container that holds the databases: what another deployment takes as a source, and the command line as --database.')
output DATABASE_CONTAINER_URL string = ''

@description('Name of the storage account.')
output STORAGE_ACCOUNT_NAME string = ''

@description('Resource id of the Log Analytics workspace.')
output LOG_ANALYTICS_WORKSPACE_ID string = ''
