import { machineKinds } from '../../../inventory/coverage.ts';
import type { MachineFilter } from '../../../inventory/query.ts';
import { machineTypes } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { listedUnder } from '../../views/unnamed-attachments.ts';
import { type SubscriptionAt, subscriptionsAt } from '../coverage/subscriptions-at.ts';
import type { Parameters } from '../statements.ts';

/** Part of a WHERE clause: constant texts, joined by AND, and the values they name. */
export interface Conditions {
  readonly sql: readonly string[];
  readonly parameters: Parameters;
}

/** The last `seq` at which a machine was what its row shows: the run, or the one before the machine's end. */
export const shownAt = 'min($seq, ifnull(v.valid_to - 1, $seq))';

const holds = {
  subscriptionId: 'm.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)',
  resourceGroup: 'm.resource_group = (SELECT id FROM resource_group WHERE key = $resourceGroup)',
  name: 'm.name = $name',
  location: 'v.location IN (SELECT id FROM text WHERE value = $location COLLATE NOCASE)',
  osType: 'v.os_type IN (SELECT id FROM text WHERE value = $osType COLLATE NOCASE)',
  identityType: {
    none: 'v.identity_type = 0',
    systemAssigned: 'v.identity_type IN (1, 3)',
    userAssigned: 'v.identity_type IN (2, 3)',
    any: 'v.identity_type <> 0',
  },
  tags: `NOT EXISTS (SELECT 1 FROM json_each($tags) w WHERE NOT EXISTS (
    SELECT 1 FROM json_each(v.tags) t WHERE t.key = (w.value ->> 'name') COLLATE NOCASE
    AND ((w.value ->> 'value') IS NULL OR t.value = (w.value ->> 'value'))))`,
  powerState: `(v.valid_to IS NULL OR v.valid_to > $seq) AND +m.subscription IN (SELECT value FROM json_each($powerStateOf)) AND EXISTS (
    SELECT 1 FROM power_state p JOIN text x ON x.id = p.state
    WHERE p.machine = m.id AND p.unread = 0 AND p.since_seq <= $seq AND x.value = 'PowerState/' || $powerState COLLATE NOCASE)`,
  stale: `((v.valid_to IS NULL OR v.valid_to > $seq) AND (3 * m.subscription + m.type IN (SELECT value FROM json_each($staleIn)) OR EXISTS (
    SELECT 1 FROM unseen u WHERE u.machine = m.id AND u.valid_from <= $seq AND (u.valid_to IS NULL OR u.valid_to > $seq)))) = $stale`,
};

/** The index leads from the id to the machines it was ever on, by its ids or without; the second half keeps those that have it. */
const has = (column: 'principal_id' | 'client_id', parameter: string) => `m.id IN (
    SELECT a.machine FROM identity i CROSS JOIN attachment a ON a.identity = i.id WHERE i.${column} = ${parameter}
    UNION ALL SELECT a.machine FROM identity i CROSS JOIN identity u ON u.resource_id = i.resource_id AND u.principal_id IS NULL
    CROSS JOIN attachment a ON a.identity = u.id WHERE i.${column} = ${parameter})
  AND EXISTS (SELECT 1 FROM attachment a CROSS JOIN identity i ON i.id = a.identity WHERE a.machine = m.id
    AND (i.${column} = ${parameter} OR i.kind = 2 AND i.principal_id IS NULL AND EXISTS (SELECT 1 FROM identity o
      WHERE o.resource_id = i.resource_id AND o.${column} = ${parameter} AND o.principal_id = ${listedUnder('i.resource_id', shownAt)}))
    AND a.valid_from <= ${shownAt} AND (a.valid_to IS NULL OR a.valid_to > ${shownAt}))`;
const hasPrincipal = has('principal_id', '$principalId');
const hasClient = has('client_id', '$clientId');

/**
 * What a filter asks of `machine m` joined with `machine_version v`, the version to be shown. Says nothing of `deleted`, which decides
 * how the two are joined.
 */
export function machineConditions(database: Database, seq: number, filter: MachineFilter): Conditions {
  const sql: string[] = [];
  const parameters: Record<string, string | number> = {};
  const where = (condition: string, name: string, value: string | number): void => {
    sql.push(condition);
    parameters[name] = value;
  };
  if (filter.type !== 'any') where('m.type = $type', '$type', machineTypes.indexOf(filter.type ?? machineTypes[0]));
  if (filter.subscriptionId !== undefined) {
    where(holds.subscriptionId, '$subscriptionId', filter.subscriptionId.toLowerCase());
  }
  if (filter.resourceGroup !== undefined)
    where(holds.resourceGroup, '$resourceGroup', filter.resourceGroup.toLowerCase());
  if (filter.name !== undefined) where(holds.name, '$name', filter.name);
  if (filter.location !== undefined) where(holds.location, '$location', filter.location);
  if (filter.osType !== undefined) where(holds.osType, '$osType', filter.osType);
  if (filter.identityType !== undefined) sql.push(holds.identityType[filter.identityType]);
  if (filter.principalId !== undefined) where(hasPrincipal, '$principalId', filter.principalId);
  if (filter.clientId !== undefined) where(hasClient, '$clientId', filter.clientId);
  if (filter.tags !== undefined && filter.tags.length > 0) where(holds.tags, '$tags', JSON.stringify(filter.tags));
  if (filter.powerState !== undefined) {
    where(holds.powerState, '$powerState', filter.powerState);
    parameters.$powerStateOf = JSON.stringify(
      [...subscriptionsAt(database, seq).values()]
        .filter((subscription) => subscription.hasPowerStates)
        .map((subscription) => subscription.key),
    );
  }
  if (filter.stale !== undefined) {
    where(holds.stale, '$stale', filter.stale ? 1 : 0);
    parameters.$staleIn = JSON.stringify([...subscriptionsAt(database, seq).values()].flatMap(staleTypes));
  }
  return { sql, parameters };
}

/** Subscription and machine type in one number, where what is known of that type is stale. */
function staleTypes(subscription: SubscriptionAt): number[] {
  return machineKinds.flatMap((kind, type) => (subscription.isStale(kind) ? [3 * subscription.key + type] : []));
}
