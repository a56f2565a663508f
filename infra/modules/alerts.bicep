metadata name = 'Alerts'
metadata description = 'Log alerts on the line that each run logs at its end. docs/operations.md describes what to do about each.'

@description('Required. Prefix of the names of the rules.')
@minLength(2)
@maxLength(200)
param namePrefix string

@description('Required. Name of the action group for the email addresses.')
@maxLength(260)
param actionGroupName string

@description('Required. Region of the rules, which is the region of the workspace.')
param location string

@description('Required. Tags of all resources.')
param tags object

@description('Required. Resource id of the workspace that the app logs to.')
param workspaceResourceId string

@description('Required. Email addresses for alerts.')
param emailAddresses string[]

@description('Required. Resource ids of further action groups.')
param actionGroupIds string[]

@description('Required. Hours between two scheduled runs.')
@minValue(1)
@maxValue(24)
param schedulePeriodHours int

// Finds a line by its beginning, because parse_json alone would parse every trace of the host.
var runs = '''
AppTraces
| where Message startswith '{"event":"inventoryRun"'
| extend run = parse_json(Message)
| extend runId = tostring(run.runId), status = tostring(run.status), reason = tostring(run.reason.message)
'''

// One alert per run: `runId` is a dimension, and a run logs one line. The window spans four evaluations, so that it includes lines
// that arrive late.
var perRun = [
  {
    key: 'run-failed'
    displayName: 'vm-identities: a run failed'
    description: 'A run failed or timed out. The inventory still shows the previous run. GET runs/{id} shows the reason and a hint.'
    severity: 1
    condition: 'where status in (\'failed\', \'timedOut\')'
  }
  {
    key: 'run-incomplete'
    displayName: 'vm-identities: a run is incomplete'
    description: 'A run could not read everything that it should. GET subscriptions shows which subscriptions and why, with the command that grants the missing right.'
    severity: 2
    condition: 'where status == \'succeeded\' and tobool(run.complete) == false'
  }
  {
    key: 'blind-spots'
    displayName: 'vm-identities: blind spots appeared'
    description: 'The identity does not see some subscriptions that it should see. GET subscriptions lists them, with the command that grants Reader.'
    severity: 2
    condition: 'where toint(run.blindSpotsAppeared) > 0'
  }
  {
    key: 'high-findings'
    displayName: 'vm-identities: a new finding of high severity'
    description: 'GET findings?severity=high shows the machine or identity, the reason, and what to do.'
    severity: 2
    condition: 'where toint(run.newFindings.high) > 0'
  }
]

// No run succeeded for twice the period. An app that never ran gets the same time from its first trace; an app without any trace
// is late at once. A rule can look back two days at most.
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
      // The table exists only once the app has logged.
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
    description: 'No run succeeded for ${2 * schedulePeriodHours} hours. GET health shows when the last one did, GET runs shows how later ones ended.'
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
