import { subscriptionOf } from '../../inventory/privilege.ts';
import { deleteAssignments, some } from './finding-text.ts';
import { prepareCarriers } from './identity-locations.ts';
import type { Rule } from './rule.ts';
import { standingAssignments } from './standing-assignments.ts';

/**
 * A role in a subscription where the identity has no machine: what goes wrong in one reaches the other. Scopes above
 * subscriptions are not meant: they reach everywhere, which `privilegedIdentity` looks at.
 */
export const crossSubscriptionAccess: Rule = {
  name: 'crossSubscriptionAccess',
  *find({ database, fresh }) {
    const carriersOf = prepareCarriers(database, fresh);
    for (const { id, principalId, roleName, scope, stale } of standingAssignments(database, fresh)) {
      const target = subscriptionOf(scope);
      if (target === null) continue;
      const carriers = carriersOf(principalId);
      if (carriers === null || carriers.gone || carriers.machines.length === 0) continue;
      const homes = [...new Set(carriers.machines.map(({ subscriptionId }) => subscriptionId.toLowerCase()))];
      if (homes.includes(target)) continue;
      yield {
        resourceId: id,
        principalId,
        severity: 'low',
        message: `The identity on ${some(carriers.machines.map(({ name }) => name))} in subscription ${some(homes)} holds ${roleName} at ${scope}, in another subscription`,
        remediation: `Where it is not meant: ${deleteAssignments([id])}`,
        stale: stale || carriers.machines.every((machine) => machine.stale),
      };
    }
  },
};
