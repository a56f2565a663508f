import { text } from '../queries/columns.ts';
import type { Rule } from './rule.ts';
import { assignmentsOf } from './standing-assignments.ts';
import { deleteAssignments, some } from './words.ts';

/**
 * Principals that were replaced by another one in the same place, and that place: a machine whose system-assigned identity (or
 * which itself) was re-created, a user-assigned identity that was deleted and made again under its name.
 */
const replaced = `
SELECT old.principal_id AS before, new.principal_id AS after, n.resource_id
FROM attachment a JOIN identity old ON old.id = a.identity AND old.kind = 1
JOIN attachment b ON b.machine = a.machine AND b.valid_from = a.valid_to
JOIN identity new ON new.id = b.identity AND new.kind = 1
JOIN machine_id n ON n.machine = a.machine
WHERE a.end_change IN ('identityRecreated', 'virtualMachineRecreated')
  AND EXISTS (SELECT 1 FROM role_assignment r WHERE r.principal_id = old.principal_id)
UNION
SELECT old.principal_id, new.principal_id, new.resource_id
FROM identity old JOIN identity new ON new.resource_id = old.resource_id AND new.kind = 2
JOIN identity_presence p ON p.identity = new.id AND p.valid_to IS NULL AND p.present = 1
WHERE old.kind = 2 AND old.principal_id IS NOT NULL AND new.principal_id IS NOT NULL
  AND new.principal_id <> old.principal_id COLLATE NOCASE
  AND EXISTS (SELECT 1 FROM identity_presence q WHERE q.identity = old.id AND q.valid_to IS NULL AND q.present = 0)
  AND EXISTS (SELECT 1 FROM role_assignment r WHERE r.principal_id = old.principal_id)
ORDER BY 1, 3`;

/**
 * A re-created identity whose former principal id still holds roles: access that looks as if it were the machine's and is not,
 * so that somebody grants it again, and nobody takes the old one away. Its principal is the one that keeps the roles.
 */
export const recreatedPrincipalKeepsRoles: Rule = {
  name: 'recreatedPrincipalKeepsRoles',
  *find({ database, fresh }) {
    const rolesOf = assignmentsOf(database, fresh);
    for (const row of database.prepare(replaced).all()) {
      const principalId = text(row, 'before');
      const assignments = rolesOf(principalId);
      if (assignments.length === 0) continue;
      const roles = some(assignments.map(({ roleName, scope }) => `${roleName} at ${scope}`));
      yield {
        resourceId: text(row, 'resource_id'),
        principalId,
        severity: 'high',
        message: `The identity was re-created as ${text(row, 'after')}, and its former principal id still holds ${roles}`,
        remediation: `Check what the new principal needs, then: ${deleteAssignments(assignments.map(({ id }) => id))}`,
        stale: assignments.every(({ stale }) => stale),
      };
    }
  },
};
