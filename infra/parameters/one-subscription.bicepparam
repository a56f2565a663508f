using '../main.bicep'

// The app reads the subscription that it is deployed to. Everything else as it comes.

param name = 'vm-identities'
param location = 'westeurope'
param tags = {
  application: 'vm-identities'
}
