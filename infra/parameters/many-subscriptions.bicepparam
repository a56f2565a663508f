using '../main.bicep'

// The app reads the subscription that it is deployed to and those named here. The deployer needs the right to assign roles in each.
// Without it, deploy with an empty list and have each owner run the command that GET subscriptions prints.

param name = 'vm-identities'
param location = 'westeurope'
param additionalSubscriptionIds = [
  '11111111-1111-1111-1111-111111111111'
  '22222222-2222-2222-2222-222222222222'
]
// what should be seen: a subscription that is not is a blind spot, not a gap that nobody notices
param subscriptions = [
  '00000000-0000-0000-0000-000000000000' // the one that the app is deployed to
  '11111111-1111-1111-1111-111111111111'
  '22222222-2222-2222-2222-222222222222'
]
param alertEmailAddresses = ['platform@example.com']
