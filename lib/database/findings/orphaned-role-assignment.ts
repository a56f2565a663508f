import { deleteRoleAssignments, roleAt } from './finding-text.ts';
import type { Rule } from './rule.ts';

/** A role assignment to a managed identity that is proven gone. The inventory must have known it. */
export const orphanedRoleAssignment: Rule = {
  name: 'orphanedRoleAssignment',
  *find({ assignments, locate }) {
    for (const assignment of assignments.all()) {
      const { id, principalId, stale } = assignment;
      if (locate(principalId)?.gone !== true) continue;
      yield {
        resourceId: id,
        principalId,
        severity: 'medium',
        message: `${roleAt(assignment)} is assigned to ${principalId}, a managed identity that is gone`,
        remediation: deleteRoleAssignments('', [assignment]),
        stale,
      };
    }
  },
};
