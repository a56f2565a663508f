metadata name = 'Workbook'
metadata description = 'An Azure Monitor workbook on the line that each run logs: results, coverage, machines, changes, durations.'

@description('Required. Name in the portal.')
param displayName string

@description('Required. Region of the workbook.')
param location string

@description('Required. Tags of the workbook.')
param tags object

@description('Required. Resource id of the workspace that the app logs to.')
param workspaceResourceId string

// For checkers without the types of workbooks. Bicep has these types and does not know this code.
#disable-next-line not-in-data
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspaceResourceId, 'runs')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: displayName
    serializedData: replace(loadTextContent('workbook.json'), '{workspaceResourceId}', workspaceResourceId)
    sourceId: workspaceResourceId
    version: '1.0'
  }
}
