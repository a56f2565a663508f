import { canBeRead } from './access/visibility.ts';
import type { Estate } from './estate.ts';
import { type ExpectedChange, type ExpectedFinding, sharedIdentityLimit } from './expectation.ts';
import { truthOf } from './readable.ts';
import type { RawIdentity, RawVirtualMachine, SampleSubscription, SubscriptionTruth } from './types.ts';

/** The changes that an inventory must report after it read both estates, as far as its rights allow. */
export function expectedChanges(before: Estate, after: Estate): readonly ExpectedChange[] {
  const usual = usualSubscriptions(before)
    // An inventory that sees only one resource group cannot be sure of a change and reports none.
    .filter(({ access }) => access.kind !== 'resourceGroupReader')
    .flatMap(({ subscriptionId }) =>
      usualChanges(machinesOf(before, subscriptionId), machinesOf(after, subscriptionId)),
    );
  return [...usual, ...before.changes, ...after.changes];
}

/** The findings that an inventory must report in an estate. For the second state it must have read the first. */
export function expectedFindings(estate: Estate): readonly ExpectedFinding[] {
  return [...usualFindings(usualSubscriptions(estate).map((each) => truthOf(estate, each))), ...estate.findings];
}

/** Readable subscriptions without scenes. */
function usualSubscriptions({ subscriptions, stages }: Estate): SampleSubscription[] {
  return [...subscriptions.values()].filter((each) => canBeRead(each) && !stages.has(each.subscriptionId));
}

function machinesOf({ machines }: Estate, subscriptionId: string): readonly RawVirtualMachine[] {
  return machines
    .list(subscriptionId)
    .all()
    .map(({ machine }) => machine);
}

/** The changes of the usual machines in one subscription whose lists were both complete. */
function usualChanges(
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

/** Usual machines gain and lose identities. The identities that they keep have the same ids. */
function attachmentChanges(resourceId: string, before: Attached, after: Attached): readonly ExpectedChange[] {
  const only = (some: Attached, others: Attached, kind: ExpectedChange['kind']) =>
    [...some].filter(([key]) => !others.has(key)).map(([, principalId]) => ({ kind, resourceId, principalId }));
  return [...only(before, after, 'identityDetached'), ...only(after, before, 'identityAttached')];
}

/** Principal ids by `system` or by identity id. */
function identitiesOf(identity: RawIdentity | undefined): Attached {
  const assigned = Object.entries(identity?.userAssignedIdentities ?? {});
  const attached = new Map(assigned.map(([id, { principalId }]) => [id.toLowerCase(), principalId]));
  if (typeof identity?.principalId === 'string') attached.set('system', identity.principalId);
  return attached;
}

/** The findings of the usual machines. Their identities have no roles, but some are shared and some are deleted. */
function usualFindings(subscriptions: readonly SubscriptionTruth[]): readonly ExpectedFinding[] {
  const complete = subscriptions.filter(({ access }) => access !== 'resourceGroupReader');
  const listed = new Set(
    complete.flatMap(({ identities }) => identities.map(({ identity }) => identity.id.toLowerCase())),
  );
  const readable = new Set(complete.map(({ subscriptionId }) => subscriptionId.toLowerCase()));
  const attachments = subscriptions
    .flatMap(({ virtualMachines }) => virtualMachines)
    .flatMap(({ id, identity }) =>
      Object.entries(identity?.userAssignedIdentities ?? {}).flatMap(([identityId, { principalId }]) =>
        principalId === null ? [] : [{ machineId: id, identityId, principalId }],
      ),
    );
  const byPrincipal = Map.groupBy(attachments, ({ principalId }) => principalId);
  return [...byPrincipal].flatMap(([principalId, attached]): ExpectedFinding[] => {
    const identityId = attached[0]?.identityId ?? '';
    const homes = new Set(attached.map(({ machineId }) => subscriptionIdOf(machineId)));
    const isShared = homes.size > 1 || attached.length > sharedIdentityLimit;
    const isDangling = readable.has(subscriptionIdOf(identityId)) && !listed.has(identityId.toLowerCase());
    const finding = (rule: ExpectedFinding['rule'], resourceId: string): ExpectedFinding => ({
      rule,
      severity: 'medium',
      resourceId,
      principalId,
    });
    return [
      ...(isShared ? [finding('sharedIdentity', identityId)] : []),
      ...(isDangling ? attached.map(({ machineId }) => finding('danglingIdentity', machineId)) : []),
    ];
  });
}

const subscriptionIdOf = (id: string): string => id.split('/')[2]?.toLowerCase() ?? '';
