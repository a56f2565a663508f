import type { Change } from '../../lib/inventory/change.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';

/** What the inventory says at a run, so far as the log of changes speaks of it: objects as JSON has them. */
export interface InventoryState {
  /** By resource id in lower case. */
  readonly machines: Map<string, Machine>;
  /** By principal id, then by the assignment's id. */
  readonly roles: Map<string, Map<string, unknown>>;
  /** By principal id, then by name. */
  readonly credentials: Map<string, Map<string, unknown>>;
}

interface Machine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly types: ReadonlySet<string>;
  /** Principal id and client id by the identity's id in lower case, `system` for the system-assigned one. */
  readonly identities: ReadonlyMap<string, readonly (string | null)[]>;
}

/** Without what history says of a machine, and what is no content of it. */
export function comparable(row: Pick<VirtualMachine, 'identity'>): Machine {
  const { identity, ...more } = row;
  const rest: Record<string, unknown> = { ...more };
  for (const field of [
    'firstSeen',
    'lastSeen',
    'stale',
    'deletedAt',
    'powerState',
    'principalIds',
    'provisioningState',
    'subscriptionName',
    'instanceCount',
  ]) {
    delete rest[field];
  }
  const identities = new Map<string, readonly (string | null)[]>();
  if (identity.principalId !== null) identities.set('system', [identity.principalId, null]);
  for (const [id, { principalId, clientId }] of Object.entries(identity.userAssignedIdentities)) {
    identities.set(id.toLowerCase(), [principalId, clientId]);
  }
  const types = new Set(identity.type.split(', ').filter((type) => type !== 'None'));
  return { fields: rest, types, identities: new Map([...identities].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Does to a state what a change says happened. */
export function applyChange({ machines, roles, credentials }: InventoryState, change: Change): void {
  const { before, after } = change;
  const id = change.resourceId.toLowerCase();
  switch (change.kind) {
    case 'virtualMachineCreated':
    case 'virtualMachineRecreated':
      machines.set(id, machineOf(after));
      break;
    case 'virtualMachineDeleted':
      machines.delete(id);
      break;
    case 'virtualMachineUpdated':
      machines.set(id, updated(machines.get(id), after));
      break;
    case 'virtualMachineMoved': {
      const old = String(before?.id).toLowerCase();
      machines.set(id, updated(machines.get(old), after));
      machines.delete(old);
      break;
    }
    case 'identityAttached':
    case 'identityDetached':
    case 'identityRecreated': {
      const machine = machines.get(id);
      // Re-created in its own listing: no machine's change.
      if (machine !== undefined) machines.set(id, withIdentity(machine, before, after));
      break;
    }
    case 'roleAssigned':
      entriesOf(roles, change.principalId).set(change.resourceId, after);
      break;
    case 'roleRemoved':
      entriesOf(roles, change.principalId).delete(change.resourceId);
      break;
    case 'federatedCredentialAdded': {
      const { identityId, ...credential } = after ?? {};
      entriesOf(credentials, change.principalId).set(String(after?.name), credential);
      break;
    }
    case 'federatedCredentialRemoved':
      entriesOf(credentials, change.principalId).delete(String(before?.name));
      break;
    default:
  }
}

type Fields = Readonly<Record<string, unknown>> | null;

function machineOf(fields: Fields): Machine {
  if (!hasIdentity(fields)) throw new Error(`no whole machine: ${JSON.stringify(fields)}`);
  return comparable(fields);
}

function hasIdentity(fields: Fields): fields is Readonly<Record<string, unknown>> & Pick<VirtualMachine, 'identity'> {
  return fields !== null && 'identity' in fields;
}

function updated(machine: Machine | undefined, after: Fields): Machine {
  if (machine === undefined) throw new Error(`nothing to update: ${JSON.stringify(after)}`);
  const { types, identities } = hasIdentity(after) ? comparable(after) : machine;
  const { identity, principalIds, subscriptionName, ...fields } = after ?? {};
  return { fields: { ...machine.fields, ...fields }, types, identities };
}

function withIdentity({ fields, types, identities }: Machine, before: Fields, after: Fields): Machine {
  const next = new Map(identities);
  const kinds = new Set(types);
  const slotOf = (one: Fields): string =>
    one?.kind === 'SystemAssigned' ? 'system' : String(one?.identityId).toLowerCase();
  if (before !== null) {
    next.delete(slotOf(before));
    const alone = before.kind === 'SystemAssigned' || [...next.keys()].every((slot) => slot === 'system');
    if (alone) kinds.delete(String(before.kind));
  }
  if (after !== null) {
    const [principalId, clientId] = [after.principalId, after.kind === 'SystemAssigned' ? null : after.clientId];
    next.set(slotOf(after), [
      principalId === null ? null : String(principalId),
      clientId === null ? null : String(clientId),
    ]);
    kinds.add(String(after.kind));
  }
  return { fields, types: kinds, identities: new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function entriesOf(all: Map<string, Map<string, unknown>>, principalId: string | null): Map<string, unknown> {
  const found = all.get(principalId ?? '') ?? new Map<string, unknown>();
  all.set(principalId ?? '', found);
  return found;
}
