using '../main.bicep'

// For acceptance tests: like prod in what callers and alerts see, without its redundancy and its network.

param name = 'vm-identities-test'
param location = 'westeurope'
param environmentType = 'test'
param tags = {
  application: 'vm-identities'
  environment: 'test'
}
param httpAuth = 'entra'
// The app registration of the test app (docs/security.md describes how to create it). Without it the deployment fails.
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
param alertEmailAddresses = ['platform@example.com']
param logRetentionDays = 30
