import type { ReadingSink } from '../inventory/reading.ts';

/**
 * A sink that hands each subscription to the sink that `sinkOf` names. Roles go to `roles`: the first subscription that
 * names one tells it for all.
 */
export function routeReadings(sinkOf: (subscriptionId: string) => ReadingSink | null, roles: ReadingSink): ReadingSink {
  return {
    begin: (subscriptionId, readAt) => sinkOf(subscriptionId)?.begin(subscriptionId, readAt),
    machines: (subscriptionId, page) => sinkOf(subscriptionId)?.machines(subscriptionId, page),
    powerStates: (subscriptionId, page) => sinkOf(subscriptionId)?.powerStates(subscriptionId, page),
    identities: (subscriptionId, page) => sinkOf(subscriptionId)?.identities(subscriptionId, page),
    roleAssignments: (subscriptionId, page) => sinkOf(subscriptionId)?.roleAssignments(subscriptionId, page),
    roleDefinitions: (subscriptionId, page) => roles.roleDefinitions(subscriptionId, page),
    end: (coverage) => sinkOf(coverage.subscriptionId)?.end(coverage),
  };
}
