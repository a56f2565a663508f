import type { BlindSpot, Coverage } from '../../api/types.ts';

/** The worst first. */
export const statuses = ['blindSpot', 'denied', 'failed', 'partial', 'skipped', 'complete'] as const;
export type PlaceStatus = (typeof statuses)[number];

/** A subscription that the app sees, or one that it should see. */
export interface Place {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly status: PlaceStatus;
  readonly grantCommand: string | null;
  /** Null for a blind spot. */
  readonly coverage: Coverage | null;
  /** Null for a subscription that the app sees. */
  readonly blindSpot: BlindSpot | null;
}

/** Subscriptions and blind spots in one list: the worst first, then by name. */
export function placesOf(coverage: readonly Coverage[], blindSpots: readonly BlindSpot[]): readonly Place[] {
  const places: Place[] = [
    ...blindSpots.map((blindSpot) => ({
      subscriptionId: blindSpot.subscriptionId,
      displayName: blindSpot.displayName ?? blindSpot.subscriptionId,
      status: 'blindSpot' as const,
      grantCommand: blindSpot.grantCommand,
      coverage: null,
      blindSpot,
    })),
    ...coverage.map((one) => ({
      subscriptionId: one.subscriptionId,
      displayName: one.displayName,
      status: one.status,
      grantCommand: one.grantCommand ?? null,
      coverage: one,
      blindSpot: null,
    })),
  ];
  return places.sort(
    (a, b) =>
      statuses.indexOf(a.status) - statuses.indexOf(b.status) ||
      a.displayName.localeCompare(b.displayName) ||
      a.subscriptionId.localeCompare(b.subscriptionId),
  );
}
