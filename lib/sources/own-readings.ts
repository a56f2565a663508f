import { type CoverageStatus, subscriptionStatus } from '../inventory/coverage.ts';
import type { KindReading, ReadingSink } from '../inventory/reading.ts';

/** How this deployment itself read a subscription in this run. */
export interface OwnReading {
  readonly status: CoverageStatus;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** A sink that keeps how each subscription was read, and no rows. */
export interface OwnReadings extends ReadingSink {
  of(subscriptionId: string): OwnReading | null;
}

export function createOwnReadings(): OwnReadings {
  const begun = new Map<string, string>();
  const ended = new Map<string, KindReading[]>();
  const ignore = (): void => undefined;
  return {
    of(subscriptionId) {
      const readAt = begun.get(subscriptionId);
      if (readAt === undefined) return null;
      const kinds = (ended.get(subscriptionId) ?? []).map((reading) => [reading.kind, reading] as const);
      return { readAt, status: subscriptionStatus(Object.fromEntries(kinds)) };
    },
    begin: (subscriptionId, readAt) => void begun.set(subscriptionId, readAt),
    end: (reading) => void ended.set(reading.subscriptionId, [...(ended.get(reading.subscriptionId) ?? []), reading]),
    machines: ignore,
    powerStates: ignore,
    identities: ignore,
    roleAssignments: ignore,
    roleDefinitions: ignore,
  };
}
