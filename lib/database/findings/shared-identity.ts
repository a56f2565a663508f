import { text } from '../queries/columns.ts';
import { listedUnder } from '../views/unnamed-attachments.ts';
import { counted, some } from './finding-text.ts';
import { prepareCarriers } from './identity-locations.ts';
import type { Rule } from './rule.ts';
import { assignmentsOf } from './standing-assignments.ts';

/** User-assigned identities that are on more than one machine: few, and only they have a resource id, by which the index finds them. */
const onSeveral = `
WITH assigned AS MATERIALIZED (SELECT i.id, ifnull(i.principal_id, ${listedUnder('i.resource_id', null)}) AS principal_id
  FROM identity i INDEXED BY identity_resource WHERE i.resource_id IS NOT NULL)
SELECT i.principal_id FROM assigned i CROSS JOIN attachment a ON a.identity = i.id AND a.valid_to IS NULL
WHERE i.principal_id IS NOT NULL
GROUP BY i.principal_id COLLATE NOCASE HAVING count(DISTINCT a.machine) > 1 ORDER BY i.principal_id`;

/**
 * One identity on many machines, or on machines of several subscriptions: each of them may do what any of them needs. The
 * message has the blast radius, machines × scopes.
 */
export const sharedIdentity: Rule = {
  name: 'sharedIdentity',
  *find({ database, fresh, thresholds }) {
    const carriersOf = prepareCarriers(database, fresh);
    const rolesOf = assignmentsOf(database, fresh);
    for (const row of database.prepare(onSeveral).all()) {
      const principalId = text(row, 'principal_id');
      const carriers = carriersOf(principalId);
      if (carriers === null || carriers.identityId === null) continue;
      const { machines, identityId } = carriers;
      const subscriptions = new Set(machines.map(({ subscriptionId }) => subscriptionId)).size;
      if (machines.length <= thresholds.sharedIdentityLimit && subscriptions < 2) continue;
      const scopes = new Set(rolesOf(principalId).map(({ scope }) => scope.toLowerCase())).size;
      yield {
        resourceId: identityId,
        principalId,
        severity: 'medium',
        message:
          `${counted(machines.length, 'machine')} in ${counted(subscriptions, 'subscription')} (${some(machines.map(({ name }) => name))}) ` +
          `share this identity: blast radius ${counted(machines.length, 'machine')} × ${counted(scopes, 'scope')}`,
        remediation: `Give each group of machines an identity of its own: az identity create --resource-group GROUP --name NAME, then az vm identity assign and az vm identity remove --identities "${identityId}"`,
        stale: machines.some(({ stale }) => stale),
      };
    }
  },
};
