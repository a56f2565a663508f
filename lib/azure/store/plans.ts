import { createHash } from 'node:crypto';
import type { Plan, PlannedBatch } from '../../inventory/plan.ts';
import type { Container } from './container.ts';
import type { Plans } from './inventory-store.ts';
import { readJson, writeJson } from './json-blob.ts';
import { planShape } from './stored-shapes.ts';

/** Names a plan by its content. */
export function planHash(plan: Plan, batches: readonly PlannedBatch[]): string {
  return createHash('sha256').update(JSON.stringify({ plan, batches })).digest('hex');
}

/** `runs/<runId>/plan.json`, written once. */
export function openPlans(container: Container): Plans {
  const nameOf = (runId: string): string => `runs/${runId}/plan.json`;
  const read: Plans['read'] = async (runId, signal) =>
    (await readJson(container, nameOf(runId), planShape, signal))?.value ?? null;
  return {
    read,
    async write(plan, batches, signal) {
      const recorded = { hash: planHash(plan, batches), plan, batches };
      if (await writeJson(container, nameOf(plan.runId), recorded, 'nothing', signal)) return recorded;
      // a step that was begun twice, or a write that had succeeded unseen
      return (await read(plan.runId, signal)) ?? recorded;
    },
  };
}
