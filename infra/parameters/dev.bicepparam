using '../main.bicep'

// For development: small, cheap, and deleted without trouble.

param name = 'vm-identities-dev'
param location = 'westeurope'
param environmentType = 'dev'
param tags = {
  application: 'vm-identities'
  environment: 'dev'
}
param schedule = '0 0 6 * * 1-5'
param maximumInstanceCount = 3
param logRetentionDays = 30
param versionDays = 7
