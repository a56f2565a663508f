import * as v from 'valibot';
import { coverageCountsShape } from './coverage.ts';
import { count, guid, reason, type ShapeOf, text, time } from './shape.ts';

export const runStatuses = ['running', 'succeeded', 'failed', 'cancelled', 'timedOut'] as const;

export const runTriggers = ['timer', 'http', 'cli'] as const;
export type RunTrigger = (typeof runTriggers)[number];

/** The steps of a run, in order. From `report` on, the run is published. */
export const runStepNames = ['plan', 'collect', 'publish', 'report', 'done'] as const;

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

export const runIdPattern = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

/** One run of the inventory: what `GET runs/{id}` answers and `run.json` holds. */
export const runShape = v.object({
  id: v.pipe(text, v.regex(runIdPattern)),
  trigger: v.picklist(runTriggers),
  status: v.picklist(runStatuses),
  /** null = every subscription that the identity sees and the settings allow. */
  scope: v.nullable(v.array(guid)),
  startedAt: time,
  finishedAt: v.nullable(time),
  complete: v.boolean(),
  /** Why the run as a whole failed or is not complete (`NoSubscriptions`, `SuspiciousTenantShrink`, …). */
  reason,
  virtualMachineCount: count,
  principalCount: count,
  coverage: coverageCountsShape,
  /** Number of changes by kind, without kinds that have no change. */
  changes: v.record(v.picklist(changeKinds), count),
  /** How far the run is. Counts only, so that it stays small. */
  progress: v.object({
    step: v.picklist(runStepNames),
    subscriptionsDone: count,
    subscriptionsTotal: count,
    virtualMachines: count,
    requests: count,
    /** How often the watchdog has started the orchestration again; absent = never. */
    restarts: v.optional(count),
    updatedAt: time,
  }),
});
export type Run = ShapeOf<typeof runShape>;
export type RunProgress = Run['progress'];

/**
 * A new run id: `20261121T060000Z-3f2a`. Ids sort by start; four random hexadecimal digits separate two starts in a
 * second.
 * @param startedAt ISO 8601 UTC
 */
export function newRunId(startedAt: string): string {
  return `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z-${crypto.randomUUID().slice(0, 4)}`;
}

/** The start of a run, ISO 8601 UTC to the second, as its id says it. */
export function startOf(runId: string): string {
  return runId.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z');
}
