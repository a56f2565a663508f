metadata name = 'Action group'
metadata description = 'Sends alerts to email addresses.'

@description('Required. Name of the action group.')
@maxLength(260)
param name string

@description('Required. Tags of the action group.')
param tags object

@description('Required. Email addresses for alerts.')
@minLength(1)
param emailAddresses string[]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'vm-identity'
    emailReceivers: map(emailAddresses, address => {
      name: address
      emailAddress: address
      useCommonAlertSchema: true
    })
  }
}

@description('Resource id of the action group.')
output resourceId string = actionGroup.id
