import { isResourceId, userAssignedIdentityType } from '../../inventory/commands/azure-id.ts';
import { singleQuoted } from '../../inventory/commands/shell-word.ts';
import { fold } from '../../inventory/names/fold.ts';
import { noCommand } from '../../inventory/roles/missing-right.ts';
import { text } from '../queries/row-values.ts';
import { listedUnder } from '../views/unnamed-attachments.ts';
import { countOf, firstNames } from './finding-text.ts';
import type { Rule } from './rule.ts';

/** User-assigned identities on more than one machine. The index on resource ids holds only them. */
const onSeveralMachines = `
WITH assigned AS MATERIALIZED (SELECT i.id, ifnull(i.principal_id, ${listedUnder('i.resource_key', null)}) AS principal_id
  FROM identity i INDEXED BY identity_resource WHERE i.resource_key IS NOT NULL)
SELECT i.principal_id FROM assigned i CROSS JOIN attachment a ON a.identity = i.id AND a.valid_to IS NULL
WHERE i.principal_id IS NOT NULL
GROUP BY i.principal_id COLLATE NOCASE HAVING count(DISTINCT a.machine) > 1 ORDER BY i.principal_id`;

/**
 * One identity on many machines, or on machines of several subscriptions: each machine may do what any of them needs.
 * The message names the blast radius, machines × scopes.
 */
export const sharedIdentity: Rule = {
  name: 'sharedIdentity',
  *find({ database, assignments, locate, thresholds }) {
    for (const row of database.prepare(onSeveralMachines).all()) {
      const principalId = text(row, 'principal_id');
      const location = locate(principalId);
      if (location === null || location.identityId === null) continue;
      const { machines, identityId } = location;
      const subscriptions = new Set(machines.map(({ subscriptionId }) => subscriptionId)).size;
      if (machines.length <= thresholds.sharedIdentityLimit && subscriptions < 2) continue;
      const scopes = new Set(assignments.of(principalId).map(({ scope }) => fold(scope))).size;
      const machineCount = countOf(machines.length, 'machine');
      yield {
        resourceId: identityId,
        principalId,
        severity: 'medium',
        message:
          `${machineCount} in ${countOf(subscriptions, 'subscription')} (${firstNames(machines.map(({ name }) => name))}) ` +
          `share this identity: blast radius ${machineCount} × ${countOf(scopes, 'scope')}`,
        remediation: removeFromEach(identityId),
        stale: machines.some(({ stale }) => stale),
      };
    }
  },
};

function removeFromEach(identityId: string): string {
  const first = 'Give each group of machines an identity of its own, then take this one away from each machine';
  if (!isResourceId(identityId, userAssignedIdentityType)) {
    return `${first} in the portal. ${noCommand('the id of the identity is not a resource id')}`;
  }
  return `${first}: az vm identity remove --resource-group GROUP --name MACHINE --identities ${singleQuoted(identityId)}`;
}
