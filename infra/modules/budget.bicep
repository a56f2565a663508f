metadata name = 'Budget'
metadata description = 'A monthly budget of the resource group, with notifications. It stops nothing.'

@description('Required. Name of the budget.')
@maxLength(63)
param name string

@description('Required. Amount for a month, in the currency of the subscription.')
param amount int

@description('Required. First month, such as 2026-12-01. Azure refuses to change it later.')
param startDate string

@description('Required. Email addresses to notify.')
param emailAddresses string[]

@description('Required. Resource ids of the action groups to notify.')
param actionGroupIds string[]

var receivers = {
  contactEmails: emailAddresses
  contactGroups: actionGroupIds
}

// For checkers without the types of budgets. Bicep has these types and does not know this code.
#disable-next-line not-in-data
resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    notifications: {
      mostIsSpent: union(
        receivers,
        { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 80, thresholdType: 'Actual' }
      )
      allIsSpent: union(
        receivers,
        { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 100, thresholdType: 'Actual' }
      )
      forecastExceedsIt: union(
        receivers,
        { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted' }
      )
    }
  }
}
