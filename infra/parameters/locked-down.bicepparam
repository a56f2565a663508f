using '../main.bicep'

// Only a virtual network can reach storage and the app. Callers sign in with Entra ID. Every access to the inventory is logged.
// The package, too, can only be deployed from inside that network. To deploy it from outside, set appPublicNetworkAccess to Enabled
// (callers still have to sign in) and back afterwards.

param name = 'vm-identities'
param location = 'westeurope'
param storageSkuName = 'Standard_ZRS'
param storageAccessLogs = true
param logRetentionDays = 365

param privateNetwork = true
param virtualNetworkAddressPrefix = '10.90.0.0/24'
param appPublicNetworkAccess = 'Disabled'

param httpAuth = 'entra'
// The app registration for the app (docs/security.md describes how to create it). Without it the deployment fails.
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
// Object ids of the allowed callers.
param entraAllowedPrincipalIds = [
  '33333333-3333-3333-3333-333333333333'
]

param alertEmailAddresses = ['platform@example.com']
