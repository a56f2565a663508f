import type { Reason } from '../errors.ts';
import type { CoverageCounts } from './coverage.ts';

export const runStatuses = ['running', 'succeeded', 'failed', 'cancelled', 'timedOut'] as const;
export type RunStatus = (typeof runStatuses)[number];
export type RunTrigger = 'timer' | 'http' | 'cli';

/** The steps of a run, in order. From `report` on it is published. */
export const runStepNames = ['plan', 'collect', 'publish', 'report', 'done'] as const;

/** How far a run is. Counts only, so that it fits anywhere. */
export interface RunProgress {
  readonly step: (typeof runStepNames)[number];
  readonly subscriptionsDone: number;
  readonly subscriptionsTotal: number;
  readonly virtualMachines: number;
  readonly requests: number;
  readonly updatedAt: string;
}

/** One run of the inventory: what `GET runs/{id}` answers and `run.json` holds. */
export interface Run {
  readonly id: string;
  readonly trigger: RunTrigger;
  readonly status: RunStatus;
  /** `null` = every subscription that the identity sees (and the settings allow). */
  readonly scope: readonly string[] | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly complete: boolean;
  /** Why the run as a whole failed or is not complete (`NoSubscriptions`, `SuspiciousTenantShrink`, …). */
  readonly reason: Reason | null;
  readonly virtualMachineCount: number;
  readonly principalCount: number;
  readonly coverage: CoverageCounts;
  /** Number of changes by kind; kinds without a change are left out. */
  readonly changes: Readonly<Partial<Record<ChangeKind, number>>>;
  readonly progress: RunProgress;
}

export const changeKinds = [
  'virtualMachineCreated',
  'virtualMachineDeleted',
  'virtualMachineRecreated',
  'virtualMachineMoved',
  'virtualMachineUpdated',
  'identityAttached',
  'identityDetached',
  'identityRecreated',
  'roleAssigned',
  'roleRemoved',
  'roleInheritanceLost',
  'federatedCredentialAdded',
  'federatedCredentialRemoved',
  'subscriptionAppeared',
  'subscriptionLost',
  'subscriptionForgotten',
  'outOfScope',
  'tenantChanged',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * A new run id: `20261121T060000Z-3f2a`. Sorts by start; four random hexadecimal digits keep two starts in one second apart.
 * @param startedAt ISO 8601 UTC
 */
export function newRunId(startedAt: string): string {
  return `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z-${crypto.randomUUID().slice(0, 4)}`;
}
export const runIdPattern = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;
