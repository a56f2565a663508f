import { isResourceId, userAssignedIdentityType } from '../../inventory/commands/azure-id.ts';
import { singleQuoted } from '../../inventory/commands/shell-word.ts';
import { noCommand } from '../../inventory/roles/missing-right.ts';
import { machineTypes, virtualMachineType } from '../../inventory/virtual-machine.ts';
import { text } from '../queries/row-values.ts';
import type { Rule } from './rule.ts';

const [, scaleSetType] = machineTypes;

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
        yield {
          resourceId: machine.id,
          principalId,
          severity: 'medium',
          message: `${machine.name} has the user-assigned identity ${location.identityId}, which no longer exists`,
          remediation: removeIdentity(machine.id, location.identityId),
          stale: machine.stale || location.listingStale,
        };
      }
    }
  },
};

function removeIdentity(machineId: string, identityId: string): string {
  const command = isResourceId(machineId, scaleSetType) ? 'vmss' : 'vm';
  if (command === 'vm' && !isResourceId(machineId, virtualMachineType)) return byHand('machine');
  if (!isResourceId(identityId, userAssignedIdentityType)) return byHand('identity');
  return `az ${command} identity remove --ids ${singleQuoted(machineId)} --identities ${singleQuoted(identityId)}`;
}

function byHand(what: string): string {
  return `Remove the identity from the machine in the portal. ${noCommand(`the id of the ${what} is not a resource id`)}`;
}
