using '../management-group.bicep'

// Once for all subscriptions below a management group. First the app (one-subscription.bicepparam with assignReader = false and
// managementGroups = ['GROUP']), then this, to that group:
//   az deployment mg create --management-group-id GROUP --location westeurope --parameters infra/parameters/management-group.bicepparam

// readerPrincipalId of the app's deployment
param principalId = readEnvironmentVariable('READER_PRINCIPAL_ID', '00000000-0000-0000-0000-000000000000')
