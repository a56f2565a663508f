import * as v from 'valibot';
import { guidPattern } from './commands/azure-id.ts';
import { grantCommand, noCommand } from './roles/missing-right.ts';
import { count, guid, nullableText, reason, type ShapeOf, text, time } from './shape.ts';
import type { machineTypes } from './virtual-machine.ts';

/** What a run lists in a subscription. */
export const kinds = [
  'virtualMachines',
  'powerStates',
  'scaleSets',
  'arcMachines',
  'identities',
  'roleAssignments',
] as const;
export type Kind = (typeof kinds)[number];

type KindOfEach<Types extends readonly unknown[]> = { readonly [Index in keyof Types]: Kind };
/** The kinds that list machines, one for each of `machineTypes`, in their order. */
export const machineKinds = ['virtualMachines', 'scaleSets', 'arcMachines'] as const satisfies KindOfEach<
  typeof machineTypes
>;

export const coverageStatuses = ['complete', 'partial', 'failed', 'denied', 'skipped'] as const;
export type CoverageStatus = (typeof coverageStatuses)[number];

const status = v.picklist(coverageStatuses);

/** One row of the coverage ledger: how completely a subscription was read. */
export const coverageShape = v.object({
  subscriptionId: guid,
  displayName: text,
  tenantId: nullableText,
  /** The subscription's own state: Enabled, Warned, PastDue, Disabled, Deleted. */
  state: text,
  status,
  reason,
  kinds: v.object(v.entriesFromList(kinds, v.exactOptional(v.object({ status, reason, count })))),
  virtualMachineCount: count,
  requests: count,
  pages: count,
  retries: count,
  throttledMilliseconds: count,
  /** `x-ms-request-id` of the last answer, for Azure support. */
  requestId: nullableText,
  /** Time of the last complete reading; null if there was none. */
  readAt: v.nullable(time),
  /** The other deployment (its container, or a file) that read it; null = this one did. */
  source: nullableText,
  /** Of a denied subscription only: the command that lets the app read it. */
  grantCommand: v.exactOptional(text),
});
export const coverageFields = v.keyof(coverageShape).options;
export type Coverage = ShapeOf<typeof coverageShape>;

/** How one kind in one subscription was read in one run. */
export interface KindCoverage
  extends Pick<
    Coverage,
    'status' | 'reason' | 'requests' | 'pages' | 'retries' | 'throttledMilliseconds' | 'requestId'
  > {
  /** Resources read, each counted once. */
  readonly count: number;
}

export const blindSpotSources = ['managementGroup', 'previousRun', 'configured'] as const;

/** A subscription that should be visible and is not. */
export const blindSpotShape = v.object({
  subscriptionId: guid,
  displayName: nullableText,
  since: time,
  grantCommand: text,
  source: v.picklist(blindSpotSources),
});
export type BlindSpot = ShapeOf<typeof blindSpotShape>;

/** Number of subscriptions by status; `blindSpots` is null where it is not known. */
export const coverageCountsShape = v.object({
  complete: count,
  partial: count,
  failed: count,
  denied: count,
  skipped: count,
  blindSpots: v.nullable(count),
});
export type CoverageCounts = ShapeOf<typeof coverageCountsShape>;

/**
 * Status of a subscription from its kinds, or from those that an answer shows. Power states never count: without them,
 * only `powerState` is null. If virtual machines are denied, failed or skipped, so is the subscription. Otherwise, if
 * all kinds have one status, it has that; if not, it is partial.
 */
export function subscriptionStatus(kinds: Partial<Record<Kind, { readonly status: CoverageStatus }>>): CoverageStatus {
  const machines = kinds.virtualMachines?.status;
  if (machines === 'denied' || machines === 'failed' || machines === 'skipped') return machines;
  const [first, ...others] = Object.entries(kinds)
    .filter(([kind]) => kind !== 'powerStates')
    .map(([, coverage]) => coverage.status);
  return first !== undefined && others.every((status) => status === first) ? first : 'partial';
}

/** Stands for a subscription id in a command. */
export const anySubscription = 'SUBSCRIPTION-ID';

/**
 * The command that lets an identity read a subscription.
 * @param subscriptionId a GUID, or {@link anySubscription}; for any other text there is no command
 */
export function grantReaderCommand(subscriptionId: string, principalId: string | null): string {
  if (subscriptionId !== anySubscription && !guidPattern.test(subscriptionId)) {
    return noCommand('the id of the subscription is not a GUID');
  }
  return grantCommand('Reader', `/subscriptions/${subscriptionId}`, principalId);
}
