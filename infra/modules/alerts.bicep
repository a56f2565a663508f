metadata name = 'Alerts'
metadata description = 'Log alerts on the lines of the app, on failed requests and on the daily cap. docs/operations.md describes what to do about each.'

@description('Required. Prefix of the names of the rules.')
@minLength(2)
@maxLength(200)
param namePrefix string

@description('Required. Region of the rules, which is the region of the workspace.')
param location string

@description('Required. Tags of all resources.')
param tags object

@description('Required. Resource id of the workspace that the app logs to.')
param workspaceResourceId string

@description('Required. Resource ids of the action groups to notify.')
param actionGroupIds string[]

// Finds a line by its beginning, because parse_json alone would parse every trace of the host.
var runs = '''
AppTraces
| where Message startswith '{"event":"inventoryRun"'
| extend run = parse_json(Message)
| extend runId = tostring(run.runId), status = tostring(run.status), reason = tostring(run.reason.message)
'''

// Every five minutes the app, which knows its schedule, logs when its newest run becomes too old. Without a line it does not work.
// Half an hour is for a run that takes longer than the one before, and for lines that arrive late.
var late = '''
AppTraces
| where Message startswith '{"event":"inventorySchedule"'
| extend line = parse_json(Message)
| summarize lateAfter = max(todatetime(line.lateAfter))
| where isnull(lateAfter) or lateAfter < ago(30m)
'''

// 503 says that the app waits for something, which run-late and unhealthy report. Probes of health are theirs too.
var serverErrors = '''
AppRequests
| where toint(ResultCode) >= 500 and ResultCode != '503' and Name != 'health'
'''

// See https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap
var overQuota = '''
_LogOperation
| where Category =~ 'Ingestion' and Detail contains 'OverQuota'
'''

// `event`: the rule alerts on something that happened. Nothing repairs that, so no "resolved" follows; and its window is the time between
// two evaluations, so that one line alerts once. Azure evaluates again for lines that arrive late:
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-troubleshoot-log
var event = { window: 'PT15M', isState: false, threshold: 0, dimensions: [] }
// One alert per run: a run logs one line.
var perRun = union(event, { dimensions: [{ name: 'runId', operator: 'Include', values: ['*'] }] })
var columns = 'project TimeGenerated, runId, status, reason'

var rules = [
  {
    key: 'run-failed'
    displayName: 'vm-identities: a run failed'
    description: 'A run failed or timed out. The inventory still shows the previous run. GET runs/{id} shows the reason and a hint.'
    severity: 1
    query: '${runs}| where status in (\'failed\', \'timedOut\')\n| ${columns}'
    kind: perRun
  }
  {
    key: 'run-incomplete'
    displayName: 'vm-identities: a run is incomplete'
    description: 'A run could not read everything that it should. GET subscriptions shows which subscriptions and why, with the command that grants the missing right.'
    severity: 2
    query: '${runs}| where status == \'succeeded\' and tobool(run.complete) == false\n| ${columns}'
    kind: perRun
  }
  {
    key: 'blind-spots'
    displayName: 'vm-identities: blind spots appeared'
    description: 'The identity does not see some subscriptions that it should see. GET subscriptions lists them, with the command that grants Reader.'
    severity: 2
    query: '${runs}| where toint(run.blindSpotsAppeared) > 0\n| ${columns}'
    kind: perRun
  }
  {
    key: 'high-findings'
    displayName: 'vm-identities: a new finding of high severity'
    description: 'GET findings?severity=high shows the machine or identity, the reason, and what to do.'
    severity: 2
    query: '${runs}| where toint(run.newFindings.high) > 0\n| ${columns}'
    kind: perRun
  }
  {
    key: 'run-late'
    displayName: 'vm-identities: a run is late'
    description: 'The schedule expected two runs since the newest one, or the app does not work. GET health shows when the newest run ended, GET runs shows how later ones ended.'
    severity: 1
    query: late
    kind: union(event, { window: 'PT2H', isState: true })
  }
  {
    key: 'server-errors'
    displayName: 'vm-identities: requests fail'
    description: 'More than four requests failed with a status of 500 or above within 15 minutes.'
    severity: 2
    query: serverErrors
    kind: union(event, { threshold: 4, mute: 'PT6H' })
  }
  {
    key: 'log-cap'
    displayName: 'vm-identities: the daily cap of logs is reached'
    description: 'The workspace accepts no logs until its cap resets. Alerts on lines of the app do not work until then.'
    severity: 1
    query: overQuota
    kind: event
  }
]

resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
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
      windowSize: rule.kind.window
      autoMitigate: rule.kind.isState
      muteActionsDuration: rule.kind.?mute
      // The table exists only once the app has logged.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            dimensions: rule.kind.dimensions
            operator: 'GreaterThan'
            threshold: rule.kind.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: actionGroupIds
      }
    }
  }
]
