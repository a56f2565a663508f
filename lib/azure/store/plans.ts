import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { kinds } from '../../inventory/coverage.ts';
import type { Plan, PlannedBatch, RecordedPlan } from '../../inventory/plan.ts';
import type { Container } from './container.ts';
import { readJson, writeJson } from './json-blob.ts';
import { idsShape, reasonShape, triggerShape } from './run-records.ts';

const planShape = v.object({
  hash: v.string(),
  plan: v.object({
    runId: v.string(),
    trigger: triggerShape,
    startedAt: v.string(),
    afterSeq: v.exactOptional(v.number()),
    scope: idsShape,
    kinds: v.array(v.picklist(kinds)),
    clientIds: v.optional(v.boolean(), false),
    subscriptions: v.array(
      v.object({
        subscriptionId: v.string(),
        displayName: v.string(),
        tenantId: v.nullable(v.string()),
        state: v.string(),
        skip: reasonShape,
      }),
    ),
    outOfScope: v.array(v.string()),
    blindSpots: v.array(
      v.object({
        subscriptionId: v.string(),
        displayName: v.nullable(v.string()),
        source: v.picklist(['managementGroup', 'previousRun', 'configured']),
        grantCommand: v.string(),
      }),
    ),
    blindSpotsKnown: v.boolean(),
    principalId: v.nullable(v.string()),
    reason: reasonShape,
  }),
  batches: v.array(
    v.object({
      subscriptionIds: v.array(v.string()),
      takenFrom: v.nullable(v.object({ runId: v.string(), planHash: v.string(), batch: v.number() })),
    }),
  ),
});

/** Identifies a plan by its content. */
export function planHash(plan: Plan, batches: readonly PlannedBatch[]): string {
  return createHash('sha256').update(JSON.stringify({ plan, batches })).digest('hex');
}

/** `runs/<runId>/plan.json`, written once. */
export function openPlans(container: Container) {
  const nameOf = (runId: string): string => `runs/${runId}/plan.json`;
  async function read(runId: string, signal: AbortSignal): Promise<RecordedPlan | null> {
    return (await readJson(container, nameOf(runId), planShape, signal))?.value ?? null;
  }
  return {
    read,
    /** Writes a run's plan unless it has one. @returns the plan on record */
    async write(plan: Plan, batches: readonly PlannedBatch[], signal: AbortSignal): Promise<RecordedPlan> {
      const recorded = { hash: planHash(plan, batches), plan, batches };
      if (await writeJson(container, nameOf(plan.runId), recorded, null, signal)) return recorded;
      // Another execution of this step came first, or this write's own first try, whose answer was lost
      return (await read(plan.runId, signal)) ?? recorded;
    },
  };
}
