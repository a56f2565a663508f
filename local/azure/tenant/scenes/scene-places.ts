import { createRandom } from '../random.ts';
import { createSubscription, landingZones, platform } from '../subscriptions.ts';
import type { SampleSubscription } from '../types.ts';

/** The subscription ids of the scenes. */
export interface ScenePlaces {
  /** Holds most scenes. */
  readonly core: string;
  /** Moves to another management group in the second state. */
  readonly edge: string;
  /** Hidden in the second state. */
  readonly leaving: string;
  /** Missing in the first state. */
  readonly arriving: string;
  /** Moves to another tenant in the second state, which admits the host's identities. */
  readonly transferred: string;
}

/** The tenant that takes over the subscription `transferred`. */
export function otherTenantId(seed: number): string {
  return createRandom(seed, 'other tenant').guid();
}

/** The subscriptions of the scenes in one state. */
export function createScenePlaces(
  seed: number,
  tenantId: string,
  state: 1 | 2,
): { readonly places: ScenePlaces; readonly subscriptions: readonly SampleSubscription[] } {
  const make = (key: string, displayName: string): SampleSubscription =>
    createSubscription(seed, tenantId, `scene ${key}`, displayName);
  const withoutArc = { unregistered: ['Microsoft.HybridCompute'] } as const;
  const core = { ...make('core', 'Retail Core'), managementGroup: platform };
  const edge: SampleSubscription = {
    ...make('edge', 'Retail Edge (changes management group)'),
    managementGroup: state === 1 ? platform : landingZones,
    unregistered: ['Microsoft.ManagedIdentity'],
  };
  const leaving: SampleSubscription = {
    ...make('leaving', 'Retail Returns (leaves)'),
    ...(state === 1 ? {} : { listed: false, access: { kind: 'none' } }),
  };
  const arriving = { ...make('arriving', 'Retail Loyalty (arrives)'), ...withoutArc };
  const transferred: SampleSubscription = {
    ...make('transferred', 'Retail Outlet (changes tenant)'),
    ...withoutArc,
    ...(state === 1 ? {} : { tenantId: otherTenantId(seed), managedByTenants: [tenantId], managementGroup: null }),
  };
  return {
    places: {
      core: core.subscriptionId,
      edge: edge.subscriptionId,
      leaving: leaving.subscriptionId,
      arriving: arriving.subscriptionId,
      transferred: transferred.subscriptionId,
    },
    subscriptions: [core, edge, leaving, ...(state === 1 ? [] : [arriving]), transferred],
  };
}
