import type { IdentityShape } from '../access/identities.ts';
import { mix } from '../random.ts';
import type { Placement } from './placement.ts';

/** What happened to a machine between the first and the second state of the tenant. */
export type Fate = 'same' | 'deleted' | 'recreated' | 'moved' | 'identityChanged';

/** Of 25 machines in the second state one each is deleted, re-created, moved, and has its identity changed. */
export function fateOf(seed: number, subscriptionId: string, index: number): Fate {
  const offset = mix(seed, subscriptionId, 'fate') % 25;
  switch ((index + offset) % 25) {
    case 0:
      return 'deleted';
    case 6:
      return 'recreated';
    case 12:
      return 'moved';
    case 18:
      return 'identityChanged';
    default:
      return 'same';
  }
}

/** Machines that exist only in the second state: one for each 25, at least one. */
export function createdCount(vms: number): number {
  return vms === 0 ? 0 : Math.max(1, Math.floor(vms / 25));
}

/** The placement after its fate; null when the machine is gone. */
export function evolve(placement: Placement, fate: Fate): Placement | null {
  switch (fate) {
    case 'deleted':
      return null;
    case 'recreated':
      return { ...placement, generation: placement.generation + 1 };
    case 'moved':
      return { ...placement, resourceGroup: `${placement.resourceGroup}-moved` };
    case 'identityChanged':
      return { ...placement, identity: otherIdentity(placement.identity) };
    case 'same':
      return placement;
  }
}

/** Attach one where there was none, take it away or add a second one elsewhere. */
function otherIdentity(identity: Placement['identity']): IdentityShape {
  if (identity === 'absent' || identity === 'none') return 'system';
  return identity === 'system' || identity === 'otherCase' ? 'both' : 'absent';
}
