using '../main.bicep'

// For production: zones, closed storage, callers that sign in from known networks, alerts, and a lock on the inventory. For an
// app that no public network reaches, see locked-down.bicepparam. To spend no more than expected, set monthlyBudget and
// budgetStartDate.

param name = 'vm-identities'
param location = 'westeurope'
param environmentType = 'prod'
param tags = {
  application: 'vm-identities'
  environment: 'prod'
}

param storageSkuName = 'Standard_ZRS'
param zoneRedundant = true
param versionDays = 90

param privateNetwork = true
// Address ranges of your networks, as the internet sees them.
param allowedClientAddressPrefixes = ['203.0.113.0/24']

param httpAuth = 'entra'
// The app registration for the app (docs/security.md describes how to create it). Without it the deployment fails.
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')

param alertEmailAddresses = ['platform@example.com']
param logRetentionDays = 365
param diagnosticSettings = true
