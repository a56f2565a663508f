/** The texts of filters. */
export const filterText = {
  any: 'any',
  contains: 'Contains',
  state: 'State',
  states: {
    attached: 'on a machine',
    detached: 'on no machine',
    dangling: 'deleted, still on a machine',
    gone: 'gone',
    unknown: 'not known',
  },
  kind: 'Kind',
  kinds: { SystemAssigned: 'system-assigned', UserAssigned: 'user-assigned' },
  subscriptionId: 'Subscription id',
  severity: 'Severity',
  severities: { high: 'high', medium: 'medium', low: 'low' },
  rule: 'Rule',
  stale: 'Stale',
  stales: { true: 'only stale', false: 'without stale' },
};
