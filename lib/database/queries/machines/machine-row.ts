import { machineKinds } from '../../../inventory/coverage.ts';
import {
  identityTypes,
  type MachineIdentity,
  machineTypes,
  principalIdsOf,
  type UserAssignedIdentity,
  type VirtualMachine,
} from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { type DictionaryText, laterProperties } from '../../machine-fields.ts';
import { integer, integerOrNull, isoTime, type SqlRow, text, textOrNull, time } from '../row-values.ts';
import type { RunContext } from '../run-context.ts';
import { prepared } from '../statements.ts';
import { storedTags } from '../stored-json.ts';
import { endedUndeleted } from './machines-shown.ts';

/** Rows of `machineSelect` as outputs show them. One statement reads the identities of all rows. */
export function toVirtualMachines(rows: readonly SqlRow[], context: RunContext): VirtualMachine[] {
  const attachments = readAttachments(
    context.database,
    rows.map((row) => integer(row, 'machine')),
  );
  const textOf: DictionaryText = (row, column) => context.textOrNull(integerOrNull(row, column));
  return rows.map((row) => toVirtualMachine(row, context, attachments.get(integer(row, 'machine')) ?? [], textOf));
}

function toVirtualMachine(
  row: SqlRow,
  context: RunContext,
  attachments: readonly SqlRow[],
  textOf: DictionaryText,
): VirtualMachine {
  const key = integer(row, 'subscription');
  const validTo = integerOrNull(row, 'valid_to');
  const ended = validTo !== null && validTo <= context.seq;
  const endChange = ended ? text(row, 'end_change') : null;
  const deleted = endChange !== null && !endedUndeleted.includes(endChange);
  const shownAt = ended ? validTo - 1 : context.seq;
  const subscription = context.subscription(key);
  const type = machineTypes[integer(row, 'type')] ?? machineTypes[0];
  const kind = machineKinds[integer(row, 'type')] ?? machineKinds[0];
  const instanceCount = integerOrNull(row, 'instance_count');
  const name = text(row, 'name');
  const resourceId = textOrNull(row, 'resource_id');
  const resourceGroup = resourceId?.split('/')[4] ?? text(row, 'resource_group');
  const timeCreated = integerOrNull(row, 'time_created');
  const tenantId = context.textOrNull(integerOrNull(row, 'identity_tenant'));
  const identity = machineIdentity(integer(row, 'identity_type'), tenantId, attachments, shownAt);
  const lastSeen = integerOrNull(row, 'last_seen');
  const powerState = ended || !subscription.hasPowerStates ? null : integerOrNull(row, 'power_state');
  return {
    id:
      resourceId ??
      `/subscriptions/${subscription.subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${name}`,
    name,
    type,
    subscriptionId: subscription.subscriptionId,
    subscriptionName: subscription.displayName,
    resourceGroup,
    location: context.text(integer(row, 'location')),
    zones: textOrNull(row, 'zones')?.split(';') ?? [],
    vmId: textOrNull(row, 'vm_id'),
    vmSize: context.textOrNull(integerOrNull(row, 'vm_size')),
    osType: context.textOrNull(integerOrNull(row, 'os_type')),
    priority: context.text(integer(row, 'priority')),
    provisioningState: context.textOrNull(integerOrNull(row, 'provisioning_state')),
    timeCreated: timeCreated === null ? null : isoTime(timeCreated),
    powerState: context.textOrNull(powerState),
    tags: storedTags(textOrNull(row, 'tags')),
    scaleSetId: context.textOrNull(integerOrNull(row, 'scale_set')),
    ...(instanceCount === null ? {} : { instanceCount }),
    ...laterProperties(row, textOf),
    identity,
    principalIds: principalIdsOf(identity),
    firstSeen: time(row, 'first_seen'),
    lastSeen: lastSeen === null ? (context.lastRead(key, kind, shownAt) ?? time(row, 'first_seen')) : isoTime(lastSeen),
    deletedAt: deleted ? time(row, 'ended_at') : null,
    stale: ended ? !deleted && endChange !== 'virtualMachineMoved' : subscription.isStale(kind) || lastSeen !== null,
  };
}

/**
 * One statement for many machines, because a call costs more than its rows (measured: 1.7 microseconds a machine in
 * batches of 100, 10 one by one).
 */
const attachmentsOf = `
SELECT a.machine, a.valid_from, a.valid_to, i.kind, i.principal_id, i.client_id, coalesce(a.resource_id, i.resource_id) AS resource_id
FROM json_each(?) j CROSS JOIN attachment a ON a.machine = j.value CROSS JOIN identity i ON i.id = a.identity
ORDER BY a.position`;

/** Attachments by machine number, ended ones included, in the order of their positions. */
function readAttachments(database: Database, machines: readonly number[]): ReadonlyMap<number, readonly SqlRow[]> {
  return Map.groupBy(prepared(database, attachmentsOf).all(JSON.stringify(machines)), (row) => integer(row, 'machine'));
}

/**
 * The identities of a machine at a run.
 * @param type number of its identity type, as in `machine_version.identity_type`
 * @param attachments of that machine
 */
function machineIdentity(
  type: number,
  tenantId: string | null,
  attachments: readonly SqlRow[],
  seq: number,
): MachineIdentity {
  const typeName = identityTypes[type];
  if (typeName === undefined) throw new TypeError(`Column identity_type holds ${type}`);
  const userAssigned: [string, UserAssignedIdentity][] = [];
  let principalId: string | null = null;
  for (const row of attachments) {
    if (!isValidAt(row, seq)) continue;
    const ids = { principalId: textOrNull(row, 'principal_id'), clientId: textOrNull(row, 'client_id') };
    if (row.kind === 1) principalId = ids.principalId;
    else userAssigned.push([text(row, 'resource_id'), ids]);
  }
  return { type: typeName, principalId, tenantId, userAssignedIdentities: Object.fromEntries(userAssigned) };
}

function isValidAt(row: SqlRow, seq: number): boolean {
  const validTo = integerOrNull(row, 'valid_to');
  return integer(row, 'valid_from') <= seq && (validTo === null || validTo > seq);
}
