metadata name = 'Monitoring'
metadata description = 'Log Analytics and Application Insights. They accept only data that is sent with an Entra ID token.'

@description('Required. Name of the Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string

@description('Required. Name of the Application Insights component.')
@maxLength(255)
param componentName string

@description('Required. Region of the workspace and the component.')
param location string

@description('Required. Tags of the workspace and the component.')
param tags object

@description('Required. Days to keep logs.')
param retentionDays int

@description('Required. Gigabytes that the workspace accepts in a day.')
param dailyCapGB int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
    retentionInDays: retentionDays
    sku: {
      name: 'PerGB2018'
    }
    workspaceCapping: {
      dailyQuotaGb: dailyCapGB
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

@description('Name of the workspace.')
output workspaceName string = workspace.name

@description('Resource id of the workspace.')
output workspaceResourceId string = workspace.id

@description('Name of the component.')
output componentName string = component.name
