metadata name = 'Network'
metadata description = 'A virtual network with a subnet that the app\'s requests leave through, one for private endpoints, and the private names of what is behind them.'

@description('Required. Name of the virtual network.')
@minLength(2)
@maxLength(64)
param name string

@description('Required. Region of the virtual network.')
param location string

@description('Required. Tags of all resources.')
param tags object

@description('Required. Addresses of the virtual network: a /24 or larger.')
param addressPrefix string

@description('Required. Private DNS zones to make and to link.')
param zoneNames string[]

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          // what Flex Consumption asks for: https://learn.microsoft.com/azure/azure-functions/functions-networking-options
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource privateEndpoints 'subnets' existing = {
    name: 'private-endpoints'
  }
}

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
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: virtualNetwork.id
      }
    }
  }
]

@description('Subnet that the app\'s requests leave through.')
output appSubnetResourceId string = virtualNetwork::app.id

@description('Subnet of private endpoints.')
output privateEndpointSubnetResourceId string = virtualNetwork::privateEndpoints.id
