metadata name = 'Private DNS zones'
metadata description = 'The private DNS zones of private endpoints, and their links to the virtual network.'

@description('Required. Names of the zones to create and link.')
param zoneNames string[]

@description('Required. Name of the links.')
param linkName string

@description('Required. Resource id of the virtual network.')
param virtualNetworkResourceId string

@description('Required. Tags of all resources.')
param tags object

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: linkName
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: virtualNetworkResourceId
      }
    }
  }
]
