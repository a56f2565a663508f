import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { blindSpotShape, kinds } from '../../inventory/coverage.ts';
import type { Plan, PlannedBatch, RecordedPlan } from '../../inventory/plan.ts';
import { runTriggers } from '../../inventory/run.ts';
import { count, nullableText, reason, text } from '../../inventory/shape.ts';
import type { Container } from './container.ts';
import { readJson, writeJson } from './json-blob.ts';

const planShape = v.object({
  hash: text,
  plan: v.object({
    runId: text,
    trigger: v.picklist(runTriggers),
    startedAt: text,
    afterSeq: v.exactOptional(count),
    scope: v.nullable(v.array(text)),
    kinds: v.array(v.picklist(kinds)),
    clientIds: v.optional(v.boolean(), false),
    subscriptions: v.array(
      v.object({ subscriptionId: text, displayName: text, tenantId: nullableText, state: text, skip: reason }),
    ),
    outOfScope: v.array(text),
    blindSpots: v.array(v.omit(blindSpotShape, ['since'])),
    blindSpotsKnown: v.boolean(),
    principalId: nullableText,
    reason,
  }),
  batches: v.array(
    v.object({
      subscriptionIds: v.array(text),
      takenFrom: v.nullable(v.object({ runId: text, planHash: text, batch: count })),
    }),
  ),
});

/** Identifies a plan by its content. @internal for tests */
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
      // Another execution of this step came first, or this write's own first try, whose answer was lost.
      return (await read(plan.runId, signal)) ?? recorded;
    },
  };
}
