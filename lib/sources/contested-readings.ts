import { type CoverageStatus, subscriptionStatus } from '../inventory/coverage.ts';
import type { KindReading, ReadingSink } from '../inventory/reading.ts';

/** How this deployment itself read a subscription in this run. */
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
  const begun = new Map<string, string>();
  const ended = new Map<string, KindReading[]>();
  return {
    of(subscriptionId) {
      const readAt = begun.get(subscriptionId);
      if (readAt === undefined) return null;
      const kinds = (ended.get(subscriptionId) ?? []).map((reading) => [reading.kind, reading] as const);
      return { readAt, status: subscriptionStatus(Object.fromEntries(kinds)) };
    },
    write(event) {
      if (event.type === 'begin') begun.set(event.subscriptionId, event.readAt);
      else if (event.type === 'end') {
        const { reading } = event;
        ended.set(reading.subscriptionId, [...(ended.get(reading.subscriptionId) ?? []), reading]);
      }
    },
  };
}
