import { createHash } from 'node:crypto';
import { type Plan, type PlannedBatch, type RecordedPlan, recordedPlanShape } from '../../inventory/plan.ts';
import type { Container } from './container.ts';
import { readJson, writeJson } from './json-blob.ts';

/** Identifies a plan by its content. @internal for tests */
export function planHash(plan: Plan, batches: readonly PlannedBatch[]): string {
  return createHash('sha256').update(JSON.stringify({ plan, batches })).digest('hex');
}

/** `runs/<runId>/plan.json`, written once. */
export function openPlans(container: Container) {
  const nameOf = (runId: string): string => `runs/${runId}/plan.json`;
  async function read(runId: string, signal: AbortSignal): Promise<RecordedPlan | null> {
    return (await readJson(container, nameOf(runId), recordedPlanShape, signal))?.value ?? null;
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
