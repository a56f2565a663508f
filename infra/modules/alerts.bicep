metadata name = 'Alerts'
metadata description = 'Log alerts on the one line that each run logs when it ends. What to do about each stands in docs/operations.md.'

@description('Required. Beginning of the names of the rules.')
@minLength(2)
@maxLength(200)
param namePrefix string

@description('Required. Name of the action group for the addresses.')
@maxLength(260)
param actionGroupName string

@description('Required. Region of the rules: the workspace\'s.')
param location string

@description('Required. Tags of all resources.')
param tags object

@description('Required. Workspace that the app logs to.')
param workspaceResourceId string

@description('Required. Addresses to send alerts to.')
param emailAddresses string[]

@description('Required. Resource ids of further action groups.')
param actionGroupIds string[]

@description('Required. Hours between two scheduled runs.')
@minValue(1)
@maxValue(24)
param schedulePeriodHours int

// A line is found by its beginning: parse_json alone would read every trace of the host.
var runs = '''
AppTraces
| where Message startswith '{"event":"inventoryRun"'
| extend run = parse_json(Message)
| extend runId = tostring(run.runId), status = tostring(run.status), reason = tostring(run.reason.message)
'''

// One alert per run: `runId` is a dimension, and a run logs one line. The window is four evaluations long, so that a line that
// arrives late is still seen.
var perRun = [
  {
    key: 'run-failed'
    displayName: 'vm-identities: a run failed'
    description: 'A run failed or timed out: the inventory is as old as the run before it. GET runs/{id} has the reason and a hint.'
    severity: 1
    condition: 'where status in (\'failed\', \'timedOut\')'
  }
  {
    key: 'run-incomplete'
    displayName: 'vm-identities: a run is incomplete'
    description: 'A run ended without having read all it should. GET subscriptions says which and why, with the command that grants what is missing.'
    severity: 2
    condition: 'where status == \'succeeded\' and tobool(run.complete) == false'
  }
  {
    key: 'blind-spots'
    displayName: 'vm-identities: blind spots appeared'
    description: 'Subscriptions that should be seen are not. GET subscriptions lists them, with the command that grants Reader.'
    severity: 2
    condition: 'where toint(run.blindSpotsAppeared) > 0'
  }
  {
    key: 'high-findings'
    displayName: 'vm-identities: a new finding of high severity'
    description: 'GET findings?severity=high says which machine or identity, why, and what to do.'
    severity: 2
    condition: 'where toint(run.newFindings.high) > 0'
  }
]

// Nothing succeeded for twice the period. Within the first hours of an app that never ran it is too early to say so; an app
// that logs nothing at all is late. Two days is the longest that a rule can look back.
var late = '''
let allowed = 1h * {hours};
let firstTrace = toscalar(AppTraces | summarize min(TimeGenerated));
{runs}| where status == 'succeeded'
| summarize lastSuccess = max(TimeGenerated)
| where iff(isnull(lastSuccess), isnull(firstTrace) or firstTrace < ago(min_of(allowed, 46h)), lastSuccess < ago(allowed))
'''

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emailAddresses)) {
  name: actionGroupName
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

var actionGroups = concat(actionGroupIds, empty(emailAddresses) ? [] : [actionGroup.id])

resource perRunRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in perRun: {
    name: '${namePrefix}-${rule.key}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.displayName
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceResourceId]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT1H'
      autoMitigate: true
      // the table is there once the app has logged
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: '${runs}| ${rule.condition}\n| project TimeGenerated, runId, status, reason'
            timeAggregation: 'Count'
            dimensions: [
              {
                name: 'runId'
                operator: 'Include'
                values: ['*']
              }
            ]
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: actionGroups
      }
    }
  }
]

resource lateRule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${namePrefix}-run-late'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'vm-identities: a run is late'
    description: 'No run succeeded for ${2 * schedulePeriodHours} hours. GET health says when the last one did, GET runs what became of those since.'
    severity: 1
    enabled: true
    scopes: [workspaceResourceId]
    evaluationFrequency: 'PT1H'
    windowSize: 'P2D'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: replace(replace(late, '{hours}', string(2 * schedulePeriodHours)), '{runs}', runs)
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: actionGroups
    }
  }
}
