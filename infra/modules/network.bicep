metadata name = 'Network'
metadata description = 'A virtual network with a subnet for the app\'s outgoing requests, a subnet for private endpoints, and the private DNS zones for these.'

@description('Required. Name of the virtual network.')
@minLength(2)
@maxLength(64)
param name string

@description('Required. Region of the virtual network.')
param location string

@description('Required. Tags of all resources.')
param tags object

@description('Required. IPv4 address range of the virtual network: a /25 or larger.')
param addressPrefix string

@description('Required. Names of the private DNS zones to create and link.')
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
          // Flex Consumption requires this delegation: https://learn.microsoft.com/azure/azure-functions/functions-networking-options
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

@description('Resource id of the subnet for the app\'s outgoing requests.')
output appSubnetResourceId string = virtualNetwork::app.id

@description('Resource id of the subnet for private endpoints.')
output privateEndpointSubnetResourceId string = virtualNetwork::privateEndpoints.id
