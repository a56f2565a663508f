metadata name = 'Workbook'
metadata description = 'An Azure Monitor workbook over the one line that each run logs: results, coverage, machines, changes, durations.'

@description('Required. Name that the portal shows.')
param displayName string

@description('Required. Region of the workbook.')
param location string

@description('Required. Tags of the workbook.')
param tags object

@description('Required. Workspace that the app logs to.')
param workspaceResourceId string

// For checkers that have no types of workbooks. Bicep itself has them, and no such code.
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
