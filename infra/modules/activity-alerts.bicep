metadata name = 'Activity alerts'
metadata description = 'Alerts on changes to the storage account that could open it, from the activity log. docs/operations.md describes what to do about each.'

@description('Required. Prefix of the names of the rules.')
param namePrefix string

@description('Required. Tags of the rules.')
param tags object

@description('Required. Resource id of the storage account.')
param storageAccountResourceId string

@description('Required. Resource ids of the action groups to notify.')
param actionGroupIds string[]

// The activity log does not say which property a write changed: the account may have shared keys, or be open to more networks, since then.
var rules = [
  {
    key: 'storage-changed'
    description: 'Someone changed the storage account: check that shared keys are still off. A deployment of the templates does this too.'
    operations: ['Microsoft.Storage/storageAccounts/write']
  }
  {
    key: 'storage-keys'
    description: 'Someone listed or made keys of the storage account, or signed a link with one. The app never does.'
    operations: [
      'Microsoft.Storage/storageAccounts/listKeys/action'
      'Microsoft.Storage/storageAccounts/regenerateKey/action'
      'Microsoft.Storage/storageAccounts/ListAccountSas/action'
      'Microsoft.Storage/storageAccounts/ListServiceSas/action'
    ]
  }
  {
    key: 'storage-roles'
    description: 'Someone assigned a role on the storage account or on a container of it. A deployment of the templates does this too.'
    operations: ['Microsoft.Authorization/roleAssignments/write']
  }
]

// For checkers without the types of these alerts. Bicep has these types and does not know this code.
#disable-next-line not-in-data
resource activityRules 'Microsoft.Insights/activityLogAlerts@2020-10-01' = [
  for rule in rules: {
    name: '${namePrefix}-${rule.key}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      enabled: true
      // Also what is below it: containers, and the role assignments on both.
      scopes: [storageAccountResourceId]
      condition: {
        allOf: [
          { field: 'category', equals: 'Administrative' }
          { field: 'status', equals: 'Succeeded' }
          { anyOf: map(rule.operations, operation => { field: 'operationName', equals: operation }) }
        ]
      }
      actions: {
        actionGroups: [for index in range(0, length(actionGroupIds)): { actionGroupId: actionGroupIds[index] }]
      }
    }
  }
]
