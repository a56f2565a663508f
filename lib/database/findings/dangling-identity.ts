import { text } from '../queries/row-values.ts';
import type { Rule } from './rule.ts';

/** User-assigned identities that a complete list lacked and a read by id proved gone. */
const goneIdentities = `
SELECT DISTINCT i.principal_id FROM identity_presence p CROSS JOIN identity i ON i.id = p.identity
WHERE p.valid_to IS NULL AND p.present = 0 AND i.principal_id IS NOT NULL ORDER BY i.principal_id`;

/**
 * A machine that names a deleted identity: its tokens fail. Whoever may create an identity under that name decides what
 * the machine signs in as after its next update. One finding per such machine.
 */
export const danglingIdentity: Rule = {
  name: 'danglingIdentity',
  *find({ database, locate }) {
    for (const row of database.prepare(goneIdentities).all()) {
      const principalId = text(row, 'principal_id');
      const location = locate(principalId);
      if (location === null || location.listed || location.identityId === null) continue;
      for (const machine of location.machines) {
        const command = /\/virtualMachineScaleSets\//i.test(machine.id) ? 'vmss' : 'vm';
        yield {
          resourceId: machine.id,
          principalId,
          severity: 'medium',
          message: `${machine.name} has the user-assigned identity ${location.identityId}, which no longer exists`,
          remediation: `az ${command} identity remove --ids "${machine.id}" --identities "${location.identityId}"`,
          stale: machine.stale || location.listingStale,
        };
      }
    }
  },
};
