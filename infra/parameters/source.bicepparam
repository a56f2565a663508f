using '../source.bicep'

// Lets another deployment read the databases of this one. Deploy it to the resource group of this one:
//   az deployment group create --resource-group GROUP --parameters infra/parameters/source.bicepparam

// Output storageAccountName of this deployment.
param storageAccountName = readEnvironmentVariable('STORAGE_ACCOUNT_NAME', 'stvmidentities')
// Output readerPrincipalId of the other deployment.
param principalId = readEnvironmentVariable('READER_PRINCIPAL_ID', '00000000-0000-0000-0000-000000000000')
