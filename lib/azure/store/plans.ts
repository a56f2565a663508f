import { createHash } from 'node:crypto';
import { InventoryError } from '../../errors.ts';
import type { Plan } from '../../inventory/reading.ts';
import type { Container } from './container.ts';
import type { Plans } from './inventory-store.ts';
import { readJson, writeJson } from './json-blob.ts';
import { planShape } from './stored-shapes.ts';

/** Names a plan by its content: a batch says by it for which plan it was read. */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex');
}

/** `runs/<runId>/plan.json`, written once. */
export function openPlans(container: Container): Plans {
  const nameOf = (runId: string): string => `runs/${runId}/plan.json`;
  return {
    async write(plan, signal) {
      const hash = planHash(plan);
      if (await writeJson(container, nameOf(plan.runId), { hash, plan }, 'nothing', signal)) return;
      const found = await readJson(container, nameOf(plan.runId), planShape, signal);
      if (found?.value.hash === hash) return;
      throw new InventoryError('AnotherPlan', `Run ${plan.runId} has another plan already`);
    },
    async read(runId, signal) {
      const found = await readJson(container, nameOf(runId), planShape, signal);
      return found === null ? null : found.value;
    },
  };
}
