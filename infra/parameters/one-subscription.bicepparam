using '../main.bicep'

// The app reads its own subscription. Everything else has its default.

param name = 'vm-identities'
param location = 'westeurope'
param tags = {
  application: 'vm-identities'
}
