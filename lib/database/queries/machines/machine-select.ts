import { machineKinds } from '../../../inventory/coverage.ts';
import { fold } from '../../../inventory/names/fold.ts';
import { type RequiredTag, requiredTags } from '../../../inventory/names/tag-filter.ts';
import type { MachineFilter, OrderBy, TagFilter } from '../../../inventory/query.ts';
import {
  type IdentityTypeWord,
  identityTypes,
  identityTypesOf,
  machineTypes,
  virtualMachineType,
} from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { machineColumns } from '../../machine-fields.ts';
import { listedUnder } from '../../views/unnamed-attachments.ts';
import { type SubscriptionAt, subscriptionsAt } from '../coverage/subscriptions-at.ts';
import type { Parameters, Query } from '../statements.ts';
import { machinesShown, type ShownFilter } from './machines-shown.ts';
import { amongFirst, orderClause } from './order-sql.ts';
import { tagNamesAt } from './tag-names.ts';

/** The last `seq` at which a machine was as its row shows it: the run, or the one before the machine's end. */
const shownAt = 'min($seq, ifnull(v.valid_to - 1, $seq))';

/** A condition on `machine m` and `machine_version v`, and the values of its parameters. */
interface Condition {
  readonly sql: string;
  readonly parameters: Parameters;
}

/** A condition; null when a value is undefined, that is when the filter is not set. */
function condition(sql: string, parameters: Readonly<Record<string, string | number | undefined>>): Condition | null {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return given.length < Object.keys(parameters).length ? null : { sql, parameters: Object.fromEntries(given) };
}

const folded = (text: string | undefined): string | undefined => (text === undefined ? undefined : fold(text));

const numbersOf = (word: IdentityTypeWord) => identityTypesOf[word].map((type) => identityTypes.indexOf(type)).join();

/**
 * A machine has an identity with this id. The first part uses the index from the id to every machine that ever had it;
 * the second part keeps those that have it at the run.
 */
const hasIdentity = (column: 'principal_id' | 'client_id', parameter: string) => `m.id IN (
    SELECT a.machine FROM identity i CROSS JOIN attachment a ON a.identity = i.id WHERE i.${column} = ${parameter}
    UNION ALL SELECT a.machine FROM identity i CROSS JOIN identity u ON u.resource_key = i.resource_key AND u.principal_id IS NULL
    CROSS JOIN attachment a ON a.identity = u.id WHERE i.${column} = ${parameter})
  AND EXISTS (SELECT 1 FROM attachment a CROSS JOIN identity i ON i.id = a.identity WHERE a.machine = m.id
    AND (i.${column} = ${parameter} OR i.kind = 2 AND i.principal_id IS NULL AND EXISTS (SELECT 1 FROM identity o
      WHERE o.resource_key = i.resource_key AND o.${column} = ${parameter} AND o.principal_id = ${listedUnder('i.resource_key', shownAt)}))
    AND a.valid_from <= ${shownAt} AND (a.valid_to IS NULL OR a.valid_to > ${shownAt}))`;
const hasPrincipal = hasIdentity('principal_id', '$principalId');
const hasClient = hasIdentity('client_id', '$clientId');

/** The id of a machine, folded: its parts are stored folded. */
const foldedId = `'/subscriptions/' || (SELECT k.subscription_id FROM subscription_key k WHERE k.id = m.subscription)
  || '/resourcegroups/' || (SELECT g.key FROM resource_group g WHERE g.id = m.resource_group)
  || '/providers/' || CASE m.type ${machineTypes.map((type, number) => `WHEN ${number} THEN '${type.toLowerCase()}'`).join(' ')} END
  || '/' || m.name_key`;

/**
 * A machine has a text in its name or id. Without a slash, the text is inside one part of the id, and few parts are
 * looked at (32 instead of 120 ms for 100,000 machines). An id that is not put together from its parts is stored.
 * @param text folded
 */
function hasText(text: string): string {
  const types = machineTypes.flatMap((type, number) =>
    fold(`/subscriptions//resourceGroups//providers/${type}/`).includes(text) ? [number] : [],
  );
  const inParts = `m.resource_group IN (SELECT g.id FROM resource_group g WHERE instr(g.key, $contains) > 0)
    OR m.subscription IN (SELECT k.id FROM subscription_key k WHERE instr(k.subscription_id, $contains) > 0) OR m.type IN (${types.join()})`;
  const inId = `m.resource_id IS NULL AND instr(${foldedId}, $contains) > 0`;
  return `(instr(m.name_key, $contains) > 0 OR ${text.includes('/') ? inId : inParts}
    OR m.resource_id IS NOT NULL AND instr(fold(m.resource_id), $contains) > 0)`;
}

const hasFirstTag = `EXISTS (SELECT 1 FROM json_each(v.tags) t WHERE t.key IN (SELECT value FROM json_each($tagNames))
  AND ($tagValue IS NULL OR t.value = $tagValue))`;
/** Any number of tags in one text, but twice as slow for each. */
const hasOtherTags = `NOT EXISTS (SELECT 1 FROM json_each($otherTags) w WHERE NOT EXISTS (
  SELECT 1 FROM json_each(w.value, '$.names') n CROSS JOIN json_each(v.tags) t WHERE t.key = n.value
  AND ((w.value ->> 'value') IS NULL OR t.value = (w.value ->> 'value'))))`;

/** What conditions need of the run, read only when a filter is set. */
interface FilteredRun {
  readonly subscriptions: () => readonly SubscriptionAt[];
  readonly requiredTags: (filters: readonly TagFilter[]) => readonly RequiredTag[];
}

/** The condition of each filter. `deleted` is missing: it chooses the version to show (`machinesShown`). */
const conditions: Readonly<
  Record<Exclude<keyof MachineFilter, 'deleted'>, (filter: MachineFilter, run: FilteredRun) => Condition | null>
> = {
  type: ({ type = virtualMachineType }) =>
    condition('m.type = $type', { $type: type === 'any' ? undefined : machineTypes.indexOf(type) }),
  subscriptionId: ({ subscriptionId }) =>
    condition('m.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)', {
      $subscriptionId: subscriptionId?.toLowerCase(),
    }),
  resourceGroup: ({ resourceGroup }) =>
    condition('m.resource_group = (SELECT id FROM resource_group WHERE key = $resourceGroup)', {
      $resourceGroup: folded(resourceGroup),
    }),
  name: ({ name }) => condition('m.name_key = $name', { $name: folded(name) }),
  location: ({ location }) =>
    condition('v.location IN (SELECT id FROM text WHERE fold(value) = $location)', { $location: folded(location) }),
  osType: ({ osType }) =>
    condition('v.os_type IN (SELECT id FROM text WHERE fold(value) = $osType)', { $osType: folded(osType) }),
  vmSize: ({ vmSize }) =>
    condition('v.vm_size IN (SELECT id FROM text WHERE fold(value) = $vmSize)', { $vmSize: folded(vmSize) }),
  contains: ({ contains = '' }) =>
    contains === '' ? null : condition(hasText(fold(contains)), { $contains: fold(contains) }),
  identityType: ({ identityType }) =>
    identityType === undefined ? null : condition(`v.identity_type IN (${numbersOf(identityType)})`, {}),
  principalId: ({ principalId }) => condition(hasPrincipal, { $principalId: principalId }),
  clientId: ({ clientId }) => condition(hasClient, { $clientId: clientId }),
  tags: ({ tags = [] }, { requiredTags }) => {
    const [first, ...others] = tags.length === 0 ? [] : requiredTags(tags);
    if (first === undefined) return null;
    const parameters = { $tagNames: JSON.stringify(first.names), $tagValue: first.value };
    if (others.length === 0) return { sql: hasFirstTag, parameters };
    const sql = `${hasFirstTag} AND ${hasOtherTags}`;
    return { sql, parameters: { ...parameters, $otherTags: JSON.stringify(others) } };
  },
  powerState: ({ powerState }, { subscriptions }) =>
    powerState === undefined
      ? null
      : condition(
          `(v.valid_to IS NULL OR v.valid_to > $seq) AND +m.subscription IN (SELECT value FROM json_each($powerStateOf)) AND EXISTS (
            SELECT 1 FROM power_state p JOIN text x ON x.id = p.state
            WHERE p.machine = m.id AND p.unread = 0 AND p.since_seq <= $seq AND fold(x.value) = 'powerstate/' || $powerState)`,
          {
            $powerState: fold(powerState),
            $powerStateOf: JSON.stringify(subscriptions().flatMap((one) => (one.hasPowerStates ? [one.key] : []))),
          },
        ),
  stale: ({ stale }, { subscriptions }) =>
    stale === undefined
      ? null
      : condition(
          `((v.valid_to IS NULL OR v.valid_to > $seq) AND (${machineTypes.length} * m.subscription + m.type IN (SELECT value FROM json_each($staleIn)) OR EXISTS (
            SELECT 1 FROM unseen u WHERE u.machine = m.id AND u.valid_from <= $seq AND (u.valid_to IS NULL OR u.valid_to > $seq)))) = $stale`,
          { $stale: Number(stale), $staleIn: JSON.stringify(subscriptions().flatMap(staleTypes)) },
        ),
};

/** Subscription and machine type in one number, for the types whose state is stale in the subscription. */
function staleTypes(subscription: SubscriptionAt): number[] {
  return machineKinds.flatMap((kind, type) =>
    subscription.isStale(kind) ? [machineTypes.length * subscription.key + type] : [],
  );
}

/** The conditions of a filter, to be joined by AND, and their parameters. */
export function machineConditions(
  database: Database,
  seq: number,
  { deleted, ...filter }: ShownFilter,
): { readonly sql: readonly string[]; readonly parameters: Parameters } {
  const run: FilteredRun = {
    subscriptions: () => [...subscriptionsAt(database, seq).values()],
    requiredTags: (filters) => requiredTags(filters, tagNamesAt(database, seq, deleted)),
  };
  const set = Object.values(conditions).flatMap((of) => of(filter, run) ?? []);
  return { sql: set.map(({ sql }) => sql), parameters: Object.assign({}, ...set.map(({ parameters }) => parameters)) };
}

const columns = `m.id AS machine, m.subscription, m.type, m.name, m.resource_id, m.first_seen,
  (SELECT g.name FROM resource_group g WHERE g.id = m.resource_group) AS resource_group,
  v.valid_to, ${machineColumns.map((column) => `v.${column}`).join(', ')}, v.identity_type, v.identity_tenant, v.ended_at, v.end_change,
  (SELECT p.state FROM power_state p WHERE p.machine = m.id AND p.unread = 0 AND p.since_seq <= $seq) AS power_state,
  (SELECT u.last_seen FROM unseen u WHERE u.machine = m.id AND u.valid_from <= ${shownAt}
    AND (u.valid_to IS NULL OR u.valid_to > ${shownAt})) AS last_seen`;

/**
 * The `+ 0` is deliberate: when the value of a plain `LIMIT $limit` changes, SQLite prepares the statement again (110
 * microseconds a call).
 */
export const limitClause = 'LIMIT $limit + 0';

export interface SelectedRows {
  readonly orderBy?: OrderBy | undefined;
  /** Only machines with a higher number. */
  readonly after?: number | undefined;
  readonly limit?: number;
  /** With `orderBy`: look among the first of all machines only, up to this place. Fewer rows than `limit` prove nothing. */
  readonly places?: number;
}

/**
 * The machines that a filter selects, as rows for `toVirtualMachines`. Without `orderBy` they are in the order of their
 * numbers; with it, in that of the field (machines without a time first), then of the resource id.
 */
export function machineSelect(database: Database, seq: number, filter: ShownFilter, page: SelectedRows): Query {
  return select(database, seq, filter, columns, page);
}

/** The numbers of the machines that a filter selects, in order, as rows of one column `machine`. */
export function machineNumberSelect(database: Database, seq: number, filter: ShownFilter, page: SelectedRows): Query {
  return select(database, seq, filter, 'm.id AS machine', page);
}

/** Machines by their numbers (`$machines`, a JSON array) and in that order, as rows for `toVirtualMachines`. */
export function machinesByNumber(shown: ShownFilter['deleted']): string {
  return `SELECT ${columns} FROM json_each($machines) j CROSS JOIN ${machinesShown(shown)} WHERE m.id = j.value ORDER BY j.key`;
}

function select(database: Database, seq: number, filter: ShownFilter, selected: string, page: SelectedRows): Query {
  const { sql, parameters } = machineConditions(database, seq, filter);
  const where = [...sql];
  if (page.after !== undefined) where.push('m.id > $row');
  if (page.orderBy !== undefined && page.places !== undefined) where.push(amongFirst(page.orderBy));
  return {
    sql: `SELECT ${selected}
      FROM ${machinesShown(filter.deleted)}
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
      ORDER BY ${orderClause(page.orderBy)}
      ${page.limit === undefined ? '' : limitClause}`,
    parameters: {
      ...parameters,
      $seq: seq,
      ...(page.after === undefined ? {} : { $row: page.after }),
      ...(page.limit === undefined ? {} : { $limit: page.limit }),
      ...(page.places === undefined ? {} : { $places: page.places }),
    },
  };
}
