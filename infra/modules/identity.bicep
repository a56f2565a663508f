metadata name = 'Identity'
metadata description = 'The user-assigned identity of the app. It gets its roles before the app is created, because the host opens its storage and its package at the first start.'

@description('Required. Name of the identity.')
param name string

@description('Required. Region of the identity.')
param location string

@description('Required. Tags of the identity.')
param tags object

@description('Required. Where the identity can be attached: Regional or None, for no limit.')
param isolationScope string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
  properties: {
    isolationScope: isolationScope
  }
}

@description('Name of the identity.')
output name string = identity.name

@description('Object id of its service principal, for role assignments.')
output principalId string = identity.properties.principalId
