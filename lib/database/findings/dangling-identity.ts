import { text } from '../queries/columns.ts';
import { prepareCarriers } from './identity-locations.ts';
import type { Rule } from './rule.ts';

/** User-assigned identities that a complete listing of their subscription lacks, and a read by their id confirmed gone. */
const absent = `
SELECT DISTINCT i.principal_id FROM identity_presence p CROSS JOIN identity i ON i.id = p.identity
WHERE p.valid_to IS NULL AND p.present = 0 AND i.principal_id IS NOT NULL ORDER BY i.principal_id`;

/**
 * A machine that names an identity which was deleted: its tokens fail, and whoever may create an identity of that name there
 * decides what the machine signs in as after the next update. Its resource is each such machine.
 */
export const danglingIdentity: Rule = {
  name: 'danglingIdentity',
  *find({ database, fresh }) {
    const carriersOf = prepareCarriers(database, fresh);
    for (const row of database.prepare(absent).all()) {
      const principalId = text(row, 'principal_id');
      const carriers = carriersOf(principalId);
      if (carriers === null || carriers.listed || carriers.identityId === null) continue;
      for (const machine of carriers.machines) {
        yield {
          resourceId: machine.id,
          principalId,
          severity: 'medium',
          message: `${machine.name} has the user-assigned identity ${carriers.identityId}, which no longer exists`,
          remediation: removeIdentity(machine.id, carriers.identityId),
          stale: machine.stale || carriers.listingStale,
        };
      }
    }
  },
};

function removeIdentity(machineId: string, identityId: string): string {
  const command = /\/virtualMachineScaleSets\//i.test(machineId) ? 'vmss' : 'vm';
  return `az ${command} identity remove --ids "${machineId}" --identities "${identityId}"`;
}
