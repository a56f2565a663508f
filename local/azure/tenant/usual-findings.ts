import { type ExpectedFinding, sharedIdentityLimit } from './expectation.ts';
import type { RawVirtualMachine, SubscriptionTruth } from './types.ts';

/** What must be found of the usual machines: no identity of theirs has a role, but some are shared and some are deleted. */
export function usualFindings(subscriptions: readonly SubscriptionTruth[]): readonly ExpectedFinding[] {
  const complete = subscriptions.filter(({ access }) => access !== 'resourceGroupReader');
  const listed = new Set(
    complete.flatMap(({ identities }) => identities.map(({ identity }) => identity.id.toLowerCase())),
  );
  const readable = new Set(complete.map(({ subscriptionId }) => subscriptionId.toLowerCase()));
  return [...carriersOf(subscriptions)].flatMap(([principalId, { identityId, machines }]): ExpectedFinding[] => {
    const homes = new Set(machines.map(({ id }) => subscriptionOf(id)));
    const isShared = homes.size > 1 || machines.length > sharedIdentityLimit;
    const isDangling = readable.has(subscriptionOf(identityId)) && !listed.has(identityId.toLowerCase());
    return [
      ...(isShared
        ? [{ rule: 'sharedIdentity', severity: 'medium', resourceId: identityId, principalId } as const]
        : []),
      ...(isDangling
        ? machines.map(
            ({ id }) => ({ rule: 'danglingIdentity', severity: 'medium', resourceId: id, principalId }) as const,
          )
        : []),
    ];
  });
}

/** The machines of each user-assigned identity, by principal id. */
function carriersOf(subscriptions: readonly SubscriptionTruth[]) {
  const carriers = new Map<string, { readonly identityId: string; readonly machines: RawVirtualMachine[] }>();
  for (const machine of subscriptions.flatMap(({ virtualMachines }) => virtualMachines)) {
    for (const [identityId, { principalId }] of Object.entries(machine.identity?.userAssignedIdentities ?? {})) {
      if (principalId === null) continue;
      const known = carriers.get(principalId) ?? { identityId, machines: [] };
      carriers.set(principalId, { ...known, machines: [...known.machines, machine] });
    }
  }
  return carriers;
}

const subscriptionOf = (id: string): string => id.split('/')[2]?.toLowerCase() ?? '';
