import { text } from '../queries/row-values.ts';
import { shownIdentityId } from '../views/shown-identity-id.ts';
import { deleteRoleAssignments, firstRoles } from './finding-text.ts';
import type { Rule } from './rule.ts';

/**
 * Principals that another principal replaced, with the resource. Starts from the principals with a role: they are few
 * compared to all attachments. The parts of the UNION:
 * 1. System-assigned, re-created alone or with its machine. The resource is the machine.
 * 2. User-assigned, seen in its list.
 * 3. User-assigned, seen only on machines.
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
SELECT old.principal_id, new.principal_id, ${shownIdentityId('new')}
FROM holder h CROSS JOIN identity old ON old.principal_id = h.principal_id AND old.kind = 2
CROSS JOIN identity_presence q ON q.identity = old.id AND q.valid_to IS NULL AND q.present = 0
CROSS JOIN identity new ON new.resource_key = old.resource_key AND new.principal_id <> old.principal_id COLLATE NOCASE
CROSS JOIN identity_presence p ON p.identity = new.id AND p.valid_to IS NULL AND p.present = 1
UNION
SELECT old.principal_id, new.principal_id, ${shownIdentityId('new')}
FROM holder h CROSS JOIN identity old ON old.principal_id = h.principal_id AND old.kind = 2
CROSS JOIN attachment a ON a.identity = old.id AND a.end_change IN ('identityRecreated', 'virtualMachineRecreated')
CROSS JOIN attachment b ON b.machine = a.machine AND b.valid_from = a.valid_to
CROSS JOIN identity new ON new.id = b.identity AND new.resource_key = old.resource_key AND new.principal_id <> old.principal_id COLLATE NOCASE
WHERE NOT EXISTS (SELECT 1 FROM identity i CROSS JOIN identity_presence p ON p.identity = i.id WHERE i.resource_key = old.resource_key)
ORDER BY 1, 3`;

/**
 * A re-created identity whose former principal id still holds roles. The access looks like the machine's but is not, so
 * it is granted again and the old assignment stays. The finding's principal is the former one.
 */
export const recreatedPrincipalKeepsRoles: Rule = {
  name: 'recreatedPrincipalKeepsRoles',
  *find({ database, assignments }) {
    for (const row of database.prepare(replaced).all()) {
      const principalId = text(row, 'before');
      const held = assignments.of(principalId);
      if (held.length === 0) continue;
      yield {
        resourceId: text(row, 'resource_id'),
        principalId,
        severity: 'high',
        message: `The identity was re-created as ${text(row, 'after')}, and its former principal id still holds ${firstRoles(held)}`,
        remediation: deleteRoleAssignments('Check what the new principal needs, then: ', held),
        stale: held.every(({ stale }) => stale),
      };
    }
  },
};
