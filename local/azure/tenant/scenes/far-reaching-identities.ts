import { builtInRoles } from '../access/role-definitions.ts';
import { sharedIdentityLimit } from '../expectation.ts';
import type { Stage } from './stage.ts';

const { reader } = builtInRoles;

/** One identity in two subscriptions, or on too many machines. */
export function sharedIdentities({ places, machine, identity, assign, finding }: Stage): void {
  const spanning = identity('id-shared-by-two-subscriptions');
  machine('vm-shared-identity-core', { system: false, identities: [spanning] });
  const other = machine('vm-shared-identity-edge', { at: places.edge, system: false, identities: [spanning] });
  finding('sharedIdentity', 'medium', spanning.id, spanning);
  // Not access across subscriptions: the identity has a machine there.
  assign(reader, spanning, other.group);

  const tooMany = identity('id-shared-by-eleven-machines');
  const justFew = identity('id-shared-by-ten-machines');
  for (let number = 1; number <= sharedIdentityLimit + 1; number++) {
    const identities = number <= sharedIdentityLimit ? [tooMany, justFew] : [tooMany];
    machine(`vm-fleet-${String(number).padStart(2, '0')}`, { system: false, identities });
  }
  finding('sharedIdentity', 'medium', tooMany.id, tooMany);
}

/** A role in a subscription where the identity has no machine. */
export function crossSubscriptionAccess({ places, machine, assign, finding }: Stage): void {
  const abroad = machine('vm-reads-other-subscription');
  const assignment = assign(reader, abroad, `/subscriptions/${places.edge}/resourceGroups/rg-retail`);
  finding('crossSubscriptionAccess', 'low', assignment, abroad);

  const athome = machine('vm-reads-own-subscription');
  assign(reader, athome, `/subscriptions/${places.core}`);
}
