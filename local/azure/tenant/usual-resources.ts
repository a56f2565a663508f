import { sharedIdentityName, teamIdentityNames } from './access/identities.ts';
import { createUserAssignedIdentity } from './access/user-assigned-identity.ts';
import { createScaleSet } from './machines/scale-set.ts';
import { subscriptionNames } from './names.ts';
import type { RawScaleSet, SampleIdentity, SampleMachine } from './types.ts';

/** The Flexible scale sets that machines say they are in. */
export function flexibleScaleSetsOf(seed: number, machines: readonly SampleMachine[]): readonly RawScaleSet[] {
  const members = Map.groupBy(machines, ({ machine }) => machine.properties.virtualMachineScaleSet?.id ?? '');
  members.delete('');
  return [...members].map(([id, { length: capacity, 0: first }]) => {
    const [, , subscriptionId = '', , resourceGroup = '', , , , name = ''] = id.split('/');
    const location = first?.machine.location ?? '';
    return createScaleSet({ seed, subscriptionId, resourceGroup, name, location, mode: 'Flexible', capacity });
  });
}

export interface UsualIdentitiesInput {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Position among all subscriptions: it gives the team. The first one has the identity that all teams share. */
  readonly subscriptionIndex: number;
}

/** The identities of a team: what its machines have, but for one that was deleted. */
export function usualIdentities({ subscriptionIndex, ...where }: UsualIdentitiesInput): readonly SampleIdentity[] {
  const names = teamIdentityNames(subscriptionNames(subscriptionIndex).team.short);
  const shared = subscriptionIndex === 0 ? [sharedIdentityName] : [];
  return [...names, ...shared].map((name) => ({
    identity: createUserAssignedIdentity({ ...where, name }),
    federatedCredentials: [],
  }));
}
