/** How a run read a subscription, as far as a comparison needs it. */
export interface SubscriptionReading {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly status: 'complete' | 'partial' | 'failed' | 'denied' | 'skipped';
  readonly readAt: string | null;
}

/** What a run knows of its subscriptions. */
export interface Readings {
  readonly subscriptions: readonly SubscriptionReading[];
  readonly blindSpots: readonly { readonly subscriptionId: string; readonly displayName: string | null }[];
}

export type PlaceStatus = SubscriptionReading['status'] | 'blindSpot' | 'absent';

/** A subscription whose changes between two runs cannot be known, or not all of them. */
export interface UnknowablePlace {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly from: PlaceStatus;
  readonly to: PlaceStatus;
  readonly meaning: 'unknowable' | 'partly' | 'notReadAgain';
}

interface Place {
  readonly displayName: string;
  readonly status: PlaceStatus;
  readonly readAt: string | null;
}
const absent = { displayName: '', status: 'absent', readAt: null } as const;

/** The subscriptions that were not read completely in both runs. First those that were read differently, then by name. */
export function unknowablePlaces(from: Readings, to: Readings): readonly UnknowablePlace[] {
  const [before, after] = [placesOf(from), placesOf(to)];
  const ids = new Set([...before.keys(), ...after.keys()]);
  const places = [...ids].flatMap((subscriptionId): UnknowablePlace[] => {
    const [one, other] = [before.get(subscriptionId) ?? absent, after.get(subscriptionId) ?? absent];
    const meaning = meaningOf(one, other);
    if (meaning === null) return [];
    const displayName = other.displayName || one.displayName || subscriptionId;
    return [{ subscriptionId, displayName, from: one.status, to: other.status, meaning }];
  });
  const rank = (place: UnknowablePlace) => (place.from === place.to ? 1 : 0);
  return places.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.displayName.localeCompare(b.displayName) ||
      a.subscriptionId.localeCompare(b.subscriptionId),
  );
}

function placesOf({ subscriptions, blindSpots }: Readings): ReadonlyMap<string, Place> {
  const seen = subscriptions.map(({ subscriptionId, ...place }): [string, Place] => [subscriptionId, place]);
  const unseen = blindSpots.map(({ subscriptionId, displayName }): [string, Place] => [
    subscriptionId,
    { displayName: displayName ?? '', status: 'blindSpot', readAt: null },
  ]);
  return new Map([...unseen, ...seen]);
}

/** @returns null when every change there is known, or when nobody wanted to know */
function meaningOf(from: Place, to: Place): UnknowablePlace['meaning'] | null {
  const statuses = [from.status, to.status];
  if (from.status === 'skipped' && to.status === 'skipped') return null;
  if (statuses.every((status) => status === 'complete' || status === 'partial')) {
    if (from.readAt !== null && from.readAt === to.readAt) return 'notReadAgain';
    return statuses.includes('partial') ? 'partly' : null;
  }
  return 'unknowable';
}
