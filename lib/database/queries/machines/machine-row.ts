import { machineKinds } from '../../../inventory/coverage.ts';
import { machineTypes, principalIdsOf, type VirtualMachine } from '../../../inventory/virtual-machine.ts';
import { integer, integerOrNull, type SqlRow, text, textOrNull, time } from '../columns.ts';
import { isoTime } from '../iso-time.ts';
import type { MachineContext } from '../run-context.ts';
import { storedTags } from '../stored-json.ts';
import { machineIdentity, readAttachments } from './machine-identity.ts';
import { endedUndeleted } from './machine-select.ts';

/** Rows of `machineSelect` as outputs show them, their identities read at once. */
export function toVirtualMachines(rows: readonly SqlRow[], context: MachineContext): VirtualMachine[] {
  const attachments = readAttachments(
    context.database,
    rows.map((row) => integer(row, 'machine')),
  );
  return rows.map((row) => toVirtualMachine(row, context, attachments.get(integer(row, 'machine')) ?? []));
}

function toVirtualMachine(row: SqlRow, context: MachineContext, attachments: readonly SqlRow[]): VirtualMachine {
  const key = integer(row, 'subscription');
  const validTo = integerOrNull(row, 'valid_to');
  const ended = validTo !== null && validTo <= context.seq;
  const deleted = ended && !endedUndeleted.includes(text(row, 'end_change'));
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
    identity,
    principalIds: principalIdsOf(identity),
    firstSeen: time(row, 'first_seen'),
    lastSeen: lastSeen === null ? (context.lastRead(key, kind, shownAt) ?? time(row, 'first_seen')) : isoTime(lastSeen),
    deletedAt: deleted ? time(row, 'ended_at') : null,
    stale: !deleted && (ended || subscription.isStale(kind) || lastSeen !== null),
  };
}
