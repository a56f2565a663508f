metadata name = 'Availability'
metadata description = 'Asks the app for its health from several places, and alerts when most get no answer or an unhealthy one. The app knows its schedule: a late run is unhealthy.'

@description('Required. Name of the test.')
param name string

@description('Required. Prefix of the name of the rule.')
param namePrefix string

@description('Required. Region of the Application Insights component.')
param location string

@description('Required. Tags of all resources.')
param tags object

@description('Required. Name of the Application Insights component, in this resource group.')
param componentName string

@description('Required. Host name of the app.')
param hostName string

@description('Required. Ids of the places that ask.')
@minLength(2)
param locationIds string[]

@description('Required. Resource ids of the action groups to notify.')
param actionGroupIds string[]

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

// For checkers without the types of tests and metric alerts. Bicep has these types and does not know this code.
#disable-next-line not-in-data
resource healthTest 'Microsoft.Insights/webtests@2022-06-15' = {
  name: name
  location: location
  // The portal shows the test with its component by this tag; Azure requires it.
  tags: union(tags, { 'hidden-link:${component.id}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: name
    Name: name
    Description: 'GET health'
    Enabled: true
    Kind: 'standard'
    // Each request costs, and starts an instance where none runs.
    Frequency: 900
    // An instance may have to start first.
    Timeout: 60
    RetryEnabled: true
    Locations: map(locationIds, id => { Id: id })
    Request: {
      RequestUrl: 'https://${hostName}/api/health'
      HttpVerb: 'GET'
      FollowRedirects: false
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

#disable-next-line not-in-data
resource unhealthyRule 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${namePrefix}-unhealthy'
  location: 'global'
  tags: tags
  properties: {
    description: 'GET health answers 503, or not at all, from two places: a run is late, a setting is wrong, storage cannot be reached, or the app does not work.'
    severity: 1
    enabled: true
    scopes: [healthTest.id, component.id]
    evaluationFrequency: 'PT5M'
    // One test of each place.
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: healthTest.id
      componentId: component.id
      failedLocationCount: 2
    }
    actions: [for index in range(0, length(actionGroupIds)): { actionGroupId: actionGroupIds[index] }]
  }
}
