metadata name = 'Private endpoint'
metadata description = 'A private address for one service of one resource, and its name in the private DNS zone.'

@description('Required. Name of the private endpoint.')
@minLength(2)
@maxLength(64)
param name string

@description('Required. Region of the virtual network.')
param location string

@description('Required. Tags of the private endpoint.')
param tags object

@description('Required. Resource id of the subnet for the address.')
param subnetResourceId string

@description('Required. Resource id of the target.')
param targetResourceId string

@description('Required. Service of the target: blob, queue, table or sites.')
param groupId string

@description('Required. Resource id of the private DNS zone. Empty: something else registers the name.')
param zoneResourceId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetResourceId
    }
    privateLinkServiceConnections: [
      {
        name: groupId
        properties: {
          groupIds: [groupId]
          privateLinkServiceId: targetResourceId
        }
      }
    ]
  }

  resource names 'privateDnsZoneGroups' = if (!empty(zoneResourceId)) {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zoneResourceId
          }
        }
      ]
    }
  }
}
