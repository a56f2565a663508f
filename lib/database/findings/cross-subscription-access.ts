import { subscriptionOf } from '../../inventory/roles/privilege.ts';
import { deleteRoleAssignments, firstNames, roleAt } from './finding-text.ts';
import type { Rule } from './rule.ts';

/**
 * A role in a subscription where the identity has no machine: an attack on one subscription reaches the other. Scopes
 * above subscriptions reach every subscription; `privilegedIdentity` covers them.
 */
export const crossSubscriptionAccess: Rule = {
  name: 'crossSubscriptionAccess',
  *find({ assignments, locate }) {
    for (const assignment of assignments.all()) {
      const { id, principalId, scope, stale } = assignment;
      const target = subscriptionOf(scope);
      if (target === null) continue;
      const location = locate(principalId);
      if (location === null || location.gone || location.machines.length === 0) continue;
      const homes = [...new Set(location.machines.map(({ subscriptionId }) => subscriptionId.toLowerCase()))];
      if (homes.includes(target)) continue;
      const names = firstNames(location.machines.map(({ name }) => name));
      yield {
        resourceId: id,
        principalId,
        severity: 'low',
        message: `The identity on ${names} in subscription ${firstNames(homes)} holds ${roleAt(assignment)}, in another subscription`,
        remediation: deleteRoleAssignments('Where it is not meant: ', [assignment]),
        stale: stale || location.machines.every((machine) => machine.stale),
      };
    }
  },
};
