using '../main.bicep'

// The app reads its own subscription and the ones listed here. The deployer needs the right to assign roles in each. Without it,
// deploy with an empty list and ask each owner to run the command that GET subscriptions shows.

param name = 'vm-identities'
param location = 'westeurope'
param additionalSubscriptionIds = [
  '11111111-1111-1111-1111-111111111111'
  '22222222-2222-2222-2222-222222222222'
]
// The subscriptions that the app should see. A missing one is reported as a blind spot.
param subscriptions = [
  '00000000-0000-0000-0000-000000000000' // the app's own subscription
  '11111111-1111-1111-1111-111111111111'
  '22222222-2222-2222-2222-222222222222'
]
param alertEmailAddresses = ['platform@example.com']
