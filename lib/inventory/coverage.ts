import type { Reason } from '../errors.ts';
import { grantCommand } from './missing-right.ts';

/** What is listed in a subscription. */
export const kinds = [
  'virtualMachines',
  'powerStates',
  'scaleSets',
  'arcMachines',
  'identities',
  'roleAssignments',
] as const;
export type Kind = (typeof kinds)[number];

/** The kinds that list machines, in the order of `machineTypes`. */
export const machineKinds = ['virtualMachines', 'scaleSets', 'arcMachines'] as const satisfies readonly Kind[];

export const coverageStatuses = ['complete', 'partial', 'failed', 'denied', 'skipped'] as const;
export type CoverageStatus = (typeof coverageStatuses)[number];

/** How one kind in one subscription was read in one run. */
export interface KindCoverage {
  readonly status: CoverageStatus;
  readonly reason: Reason | null;
  /** Rows read. */
  readonly count: number;
  readonly requests: number;
  readonly pages: number;
  readonly retries: number;
  readonly throttledMilliseconds: number;
  /** `x-ms-request-id` of the last answer: what Azure support asks for. */
  readonly requestId: string | null;
}

/** One row of the coverage ledger: how completely a subscription was read. */
export interface Coverage {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  /** The subscription's own state: Enabled, Warned, PastDue, Disabled, Deleted. */
  readonly state: string;
  readonly status: CoverageStatus;
  readonly reason: Reason | null;
  readonly kinds: Readonly<
    Partial<Record<Kind, { readonly status: CoverageStatus; readonly reason: Reason | null; readonly count: number }>>
  >;
  readonly virtualMachineCount: number;
  readonly requests: number;
  readonly pages: number;
  readonly retries: number;
  readonly throttledMilliseconds: number;
  readonly requestId: string | null;
  /** When the last complete reading was taken; null if there was none. */
  readonly readAt: string | null;
  /** The other deployment (its container, or a file) that read it; null = this one did. */
  readonly source: string | null;
}

/** A subscription that should be seen and is not. */
export interface BlindSpot {
  readonly subscriptionId: string;
  readonly displayName: string | null;
  readonly source: 'managementGroup' | 'previousRun' | 'configured';
  readonly since: string;
  readonly grantCommand: string;
}

/** Subscriptions by status; `blindSpots` is null where it cannot be known. */
export interface CoverageCounts {
  readonly complete: number;
  readonly partial: number;
  readonly failed: number;
  readonly denied: number;
  readonly skipped: number;
  readonly blindSpots: number | null;
}

/**
 * Status of a subscription from its kinds, or from those that an answer shows. Power states never count: without them `powerState`
 * is null and that is all. `denied` and `failed` speak of the virtual machines, or, where they are not shown, of all kinds that are.
 */
export function subscriptionStatus(kinds: Partial<Record<Kind, { readonly status: CoverageStatus }>>): CoverageStatus {
  const machines = kinds.virtualMachines?.status;
  if (machines === 'denied' || machines === 'failed' || machines === 'skipped') return machines;
  const [first, ...others] = Object.entries(kinds)
    .filter(([kind]) => kind !== 'powerStates')
    .map(([, coverage]) => coverage.status);
  return first !== undefined && others.every((status) => status === first) ? first : 'partial';
}

/** The command that opens a subscription to an identity. */
export function grantReaderCommand(subscriptionId: string, principalId: string | null): string {
  return grantCommand('Reader', `/subscriptions/${subscriptionId}`, principalId);
}
