import { text } from '../queries/columns.ts';
import { deleteAssignments, some } from './finding-text.ts';
import type { Rule } from './rule.ts';
import { assignmentsOf } from './standing-assignments.ts';

/**
 * Principals that were replaced by another one in the same place, and that place: a machine whose system-assigned identity (or
 * which itself) was re-created, a user-assigned identity that was deleted and made again under its name, as its listing says, or its
 * machines where no listing ever showed it. It begins with those who hold a role: they are few beside all attachments.
 */
const replaced = `
WITH holder AS MATERIALIZED (SELECT DISTINCT principal_id COLLATE NOCASE AS principal_id FROM role_assignment)
SELECT old.principal_id AS before, new.principal_id AS after, n.resource_id
FROM holder h CROSS JOIN identity old ON old.principal_id = h.principal_id AND old.kind = 1
CROSS JOIN attachment a ON a.identity = old.id AND a.end_change IN ('identityRecreated', 'virtualMachineRecreated')
CROSS JOIN attachment b ON b.machine = a.machine AND b.valid_from = a.valid_to
CROSS JOIN identity new ON new.id = b.identity AND new.kind = 1
CROSS JOIN machine_id n ON n.machine = a.machine
UNION
SELECT old.principal_id, new.principal_id, new.resource_id
FROM holder h CROSS JOIN identity old ON old.principal_id = h.principal_id AND old.kind = 2
CROSS JOIN identity_presence q ON q.identity = old.id AND q.valid_to IS NULL AND q.present = 0
CROSS JOIN identity new ON new.resource_id = old.resource_id AND new.principal_id <> old.principal_id COLLATE NOCASE
CROSS JOIN identity_presence p ON p.identity = new.id AND p.valid_to IS NULL AND p.present = 1
UNION
SELECT old.principal_id, new.principal_id, new.resource_id
FROM holder h CROSS JOIN identity old ON old.principal_id = h.principal_id AND old.kind = 2
CROSS JOIN attachment a ON a.identity = old.id AND a.end_change IN ('identityRecreated', 'virtualMachineRecreated')
CROSS JOIN attachment b ON b.machine = a.machine AND b.valid_from = a.valid_to
CROSS JOIN identity new ON new.id = b.identity AND new.resource_id = old.resource_id AND new.principal_id <> old.principal_id COLLATE NOCASE
WHERE NOT EXISTS (SELECT 1 FROM identity i CROSS JOIN identity_presence p ON p.identity = i.id WHERE i.resource_id = old.resource_id)
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
