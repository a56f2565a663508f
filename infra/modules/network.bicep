metadata name = 'Network'
metadata description = 'A virtual network with a subnet for the app\'s outgoing requests, a subnet for private endpoints, and what may pass between them and others.'

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

// Service tags of what the app calls: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
// AzureFrontDoor.FirstParty has the extension bundles of the host. Identities come from the platform, inside the instance.
var outgoing = [
  'AzureActiveDirectory'
  'AzureFrontDoor.FirstParty'
  'AzureMonitor'
  'AzureResourceManager'
  'Storage'
]

// For checkers without the types of security groups. Bicep has these types and does not know this code.
#disable-next-line not-in-data
resource appRules 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${name}-app'
  location: location
  tags: tags
  properties: {
    securityRules: concat(
      map(range(0, length(outgoing)), index => {
        name: 'to-${replace(outgoing[index], '.', '-')}'
        properties: {
          access: 'Allow'
          direction: 'Outbound'
          priority: 100 + index
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: outgoing[index]
          destinationPortRange: '443'
        }
      }),
      [
        {
          name: 'to-nothing-else'
          properties: {
            access: 'Deny'
            direction: 'Outbound'
            priority: 4096
            protocol: '*'
            sourceAddressPrefix: '*'
            sourcePortRange: '*'
            destinationAddressPrefix: 'Internet'
            destinationPortRange: '*'
          }
        }
      ]
    )
  }
}

#disable-next-line not-in-data
resource privateEndpointRules 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${name}-private-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'from-network'
        properties: {
          access: 'Allow'
          direction: 'Inbound'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '443'
        }
      }
      {
        name: 'from-nothing-else'
        properties: {
          access: 'Deny'
          direction: 'Inbound'
          priority: 4096
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

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
          networkSecurityGroup: {
            id: appRules.id
          }
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
          networkSecurityGroup: {
            id: privateEndpointRules.id
          }
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

@description('Resource id of the subnet for the app\'s outgoing requests.')
output appSubnetResourceId string = virtualNetwork::app.id

@description('Resource id of the subnet for private endpoints.')
output privateEndpointSubnetResourceId string = virtualNetwork::privateEndpoints.id

@description('Resource id of the virtual network.')
output virtualNetworkResourceId string = virtualNetwork.id
