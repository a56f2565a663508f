import { deleteAssignments } from './finding-text.ts';
import { prepareCarriers } from './identity-locations.ts';
import type { Rule } from './rule.ts';
import { standingAssignments } from './standing-assignments.ts';

/**
 * A role assignment whose principal this inventory knew and then saw gone. Principals that it never knew are none of its
 * business: nobody here can say what they were.
 */
export const orphanedRoleAssignment: Rule = {
  name: 'orphanedRoleAssignment',
  *find({ database, fresh }) {
    const carriersOf = prepareCarriers(database, fresh);
    for (const { id, principalId, roleName, scope, stale } of standingAssignments(database, fresh)) {
      if (carriersOf(principalId)?.gone !== true) continue;
      yield {
        resourceId: id,
        principalId,
        severity: 'medium',
        message: `${roleName} at ${scope} is assigned to ${principalId}, a managed identity that is gone`,
        remediation: deleteAssignments([id]),
        stale,
      };
    }
  },
};
