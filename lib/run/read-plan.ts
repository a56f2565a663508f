import type { InventoryStore } from '../azure/store/open-store.ts';
import { InventoryError } from '../errors.ts';
import type { RecordedPlan } from '../inventory/plan.ts';

/** The plan that a run's first step has put on record. @throws {InventoryError} `PlanMissing` */
export async function readPlan(
  store: Pick<InventoryStore, 'plans'>,
  runId: string,
  signal: AbortSignal,
): Promise<RecordedPlan> {
  const recorded = await store.plans.read(runId, signal);
  if (recorded !== null) return recorded;
  throw new InventoryError('PlanMissing', `The plan of run ${runId} is not there`, { hint: 'Start a new run' });
}
