import type { ExpectedChange } from './expectation.ts';
import type { RawIdentity, RawVirtualMachine } from './types.ts';

/** What became of the usual machines of one subscription, both lists being read completely. */
export function usualChanges(
  before: readonly RawVirtualMachine[],
  after: readonly RawVirtualMachine[],
): readonly ExpectedChange[] {
  const byId = new Map(before.map((machine) => [machine.id.toLowerCase(), machine]));
  const byVmId = new Map(before.map((machine) => [machine.properties.vmId, machine]));
  const ids = new Set(after.map(({ id }) => id.toLowerCase()));
  const vmIds = new Set(after.map(({ properties }) => properties.vmId));
  const deleted = before.filter(({ id, properties }) => !ids.has(id.toLowerCase()) && !vmIds.has(properties.vmId));
  return [
    ...deleted.map(({ id }) => machineChange('virtualMachineDeleted', id)),
    ...after.flatMap((machine): readonly ExpectedChange[] => {
      const sameId = byId.get(machine.id.toLowerCase());
      const sameMachine = byVmId.get(machine.properties.vmId);
      if (sameId === undefined) {
        return [machineChange(sameMachine === undefined ? 'virtualMachineCreated' : 'virtualMachineMoved', machine.id)];
      }
      if (sameMachine === undefined) return [machineChange('virtualMachineRecreated', machine.id)];
      return attachmentChanges(machine.id, identitiesOf(sameId.identity), identitiesOf(machine.identity));
    }),
  ];
}

function machineChange(kind: ExpectedChange['kind'], resourceId: string): ExpectedChange {
  return { kind, resourceId, principalId: null };
}

type Attached = ReadonlyMap<string, string | null>;

/** Usual machines get identities and lose them; the ids of those they keep stay as they are. */
function attachmentChanges(resourceId: string, before: Attached, after: Attached): readonly ExpectedChange[] {
  const only = (some: Attached, others: Attached, kind: ExpectedChange['kind']) =>
    [...some].filter(([key]) => !others.has(key)).map(([, principalId]) => ({ kind, resourceId, principalId }));
  return [...only(before, after, 'identityDetached'), ...only(after, before, 'identityAttached')];
}

/** Principal ids by the place they have on the machine. */
function identitiesOf(identity: RawIdentity | undefined): Attached {
  const assigned = Object.entries(identity?.userAssignedIdentities ?? {});
  const places = new Map(assigned.map(([id, { principalId }]) => [id.toLowerCase(), principalId]));
  if (typeof identity?.principalId === 'string') places.set('system', identity.principalId);
  return places;
}
