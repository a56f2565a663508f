import { deleteAssignments, some } from './finding-text.ts';
import { privilegedPrincipals } from './privileged-principals.ts';
import type { Rule } from './rule.ts';

/**
 * An identity that may do anything in a whole subscription or above: whoever gets a shell on one of its machines may, too.
 * Its resource is the user-assigned identity, or the machine of a system-assigned one.
 */
export const privilegedIdentity: Rule = {
  name: 'privilegedIdentity',
  *find(context) {
    for (const { principalId, severity, assignments, carriers } of privilegedPrincipals(context)) {
      const [machine] = carriers.machines;
      const resourceId = carriers.identityId ?? machine?.id;
      if (resourceId === undefined) continue;
      const roles = some(assignments.map(({ roleName, scope }) => `${roleName} at ${scope}`));
      const carriedBy = carriers.machines.length === 0 ? 'no machine' : some(carriers.machines.map(({ name }) => name));
      const carriersStale =
        carriers.machines.length === 0 ? carriers.listingStale : carriers.machines.every(({ stale }) => stale);
      yield {
        resourceId,
        principalId,
        severity,
        message: `The identity on ${carriedBy} holds ${roles}`,
        remediation: `Give it a role that fits its task, at the scope of that task, then: ${deleteAssignments(assignments.map(({ id }) => id))}`,
        stale: carriersStale || assignments.every(({ stale }) => stale),
      };
    }
  },
};
