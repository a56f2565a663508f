using '../main.bicep'

// Storage and the app are reached from a virtual network only; callers sign in with Entra ID; every access to the inventory is logged.
// Deploying the package, too, works from inside that network only: for a deployment from outside set appPublicNetworkAccess to
// Enabled (callers still have to sign in), then back.

param name = 'vm-identities'
param location = 'westeurope'
param storageSkuName = 'Standard_ZRS'
param storageAccessLogs = true
param logRetentionDays = 365

param privateNetwork = true
param virtualNetworkAddressPrefix = '10.90.0.0/24'
param appPublicNetworkAccess = 'Disabled'

param httpAuth = 'entra'
// the app registration that stands for the app (docs/security.md says how to make it); without it the deployment stops and says so
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
// who may call, by object id
param entraAllowedPrincipalIds = [
  '33333333-3333-3333-3333-333333333333'
]

param alertEmailAddresses = ['platform@example.com']
