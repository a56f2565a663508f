import { type CoverageStatus, type Kind, subscriptionStatus } from '../inventory/coverage.ts';
import type { KindReading, ReadingSink } from '../inventory/reading.ts';

/** How this deployment itself has read a subscription in this run. */
export interface OwnReading {
  readonly status: CoverageStatus;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** How this deployment has read each subscription in this run, without the rows. */
export interface OwnReadings {
  readonly write: ReadingSink;
  of(subscriptionId: string): OwnReading | null;
}

export function createOwnReadings(): OwnReadings {
  const own = new Map<string, { readonly readAt: string; readonly kinds: Partial<Record<Kind, KindReading>> }>();
  return {
    of(subscriptionId) {
      const found = own.get(subscriptionId);
      return found === undefined ? null : { readAt: found.readAt, status: subscriptionStatus(found.kinds) };
    },
    write(event) {
      if (event.type === 'begin') own.set(event.subscriptionId, { readAt: event.readAt, kinds: {} });
      else if (event.type === 'end') {
        const found = own.get(event.reading.subscriptionId);
        if (found !== undefined) found.kinds[event.reading.kind] = event.reading;
      }
    },
  };
}

/**
 * A sink that passes each subscription to the sink that `sinkOf` names; null drops it. Role definitions go to `roles`: the first
 * subscription that names a role brings its definition for all.
 */
export function routeReadings(sinkOf: (subscriptionId: string) => ReadingSink | null, roles: ReadingSink): ReadingSink {
  return (event) => {
    if (event.type === 'roleDefinitions') roles(event);
    else sinkOf(event.type === 'end' ? event.reading.subscriptionId : event.subscriptionId)?.(event);
  };
}
