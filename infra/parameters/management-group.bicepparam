using '../management-group.bicep'

// Rights on all subscriptions below a management group. First deploy the app (one-subscription.bicepparam with
// assignReader = false and managementGroups = ['GROUP']), then deploy this to the group:
//   az deployment mg create --management-group-id GROUP --location westeurope --parameters infra/parameters/management-group.bicepparam

// Output readerPrincipalId of the app's deployment.
param principalId = readEnvironmentVariable('READER_PRINCIPAL_ID', '00000000-0000-0000-0000-000000000000')
