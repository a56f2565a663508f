import { deleteRoleAssignments, firstNames, firstPrivileges } from './finding-text.ts';
import { privilegedPrincipals } from './privileged-principals.ts';
import type { Rule } from './rule.ts';

/**
 * An identity that controls a whole subscription or more, or its data: so does whoever gets a shell on one of its machines. The
 * finding's resource is the user-assigned identity, or the machine of a system-assigned one.
 */
export const privilegedIdentity: Rule = {
  name: 'privilegedIdentity',
  *find(context) {
    for (const { principalId, severity, held, location } of privilegedPrincipals(context)) {
      const { machines, identityId, listingStale } = location;
      const resourceId = identityId ?? machines[0]?.id;
      if (resourceId === undefined) continue;
      const names = machines.length === 0 ? 'no machine' : firstNames(machines.map(({ name }) => name));
      const locationStale = machines.length === 0 ? listingStale : machines.every(({ stale }) => stale);
      yield {
        resourceId,
        principalId,
        severity,
        message: `The identity on ${names} holds ${firstPrivileges(held)}`,
        remediation: deleteRoleAssignments(
          'Give it a role that fits its task, at the scope of that task, then: ',
          held,
        ),
        stale: locationStale || held.every(({ stale }) => stale),
      };
    }
  },
};
