import { join } from 'node:path';
import type { InventoryStore } from '../../lib/azure/store/open-store.ts';
import { planHash } from '../../lib/azure/store/plans.ts';
import { writeBatch } from '../../lib/collect/batch/write-batch.ts';
import type { Plan, PlannedBatch, RecordedPlan } from '../../lib/inventory/plan.ts';
import type { KindReading } from '../../lib/inventory/reading.ts';
import type { Run } from '../../lib/inventory/run.ts';
import type { MachineReading } from '../../lib/inventory/virtual-machine.ts';
import { type PublishRunRequest, publishRun } from '../../lib/run/publish-run.ts';
import { newRunRecord } from '../../lib/run/run-record.ts';
import { absentArm } from './absent-arm.ts';
import { guid } from './readings.ts';
import { runSettings } from './run-settings.ts';
import { never } from './stores.ts';

export interface CollectedRun {
  readonly recorded: RecordedPlan;
}

/** A run whose subscription 1 was read: its record, and its batch, are in the store. */
export async function collectRun(
  store: InventoryStore,
  folder: string,
  day: number,
  machines: readonly MachineReading[],
): Promise<CollectedRun> {
  const startedAt = `2026-11-${day}T06:00:00.000Z`;
  const plan: Plan = {
    runId: `202611${day}T060000Z-0000`,
    trigger: 'timer',
    startedAt,
    scope: null,
    kinds: ['virtualMachines'],
    subscriptions: [{ subscriptionId: guid(1), displayName: 'One', tenantId: guid(9), state: 'Enabled', skip: null }],
    clientIds: false,
    outOfScope: [],
    blindSpots: [],
    blindSpotsKnown: true,
    reason: null,
    principalId: null,
  };
  const batches: readonly PlannedBatch[] = [{ subscriptionIds: [guid(1)], takenFrom: null }];
  const hash = planHash(plan, batches);
  const path = join(folder, `${plan.runId}-${machines.length}.batch`);
  const writer = writeBatch(path);
  writer.write({ type: 'begin', subscriptionId: guid(1), readAt: startedAt });
  writer.write({ type: 'machines', subscriptionId: guid(1), rows: machines });
  const reading: KindReading = {
    subscriptionId: guid(1),
    kind: 'virtualMachines',
    status: 'complete',
    reason: null,
    count: machines.length,
    requests: 1,
    pages: 1,
    retries: 0,
    throttledMilliseconds: 0,
    requestId: null,
    readAt: startedAt,
  };
  writer.write({ type: 'end', reading });
  const counts = await writer.finish();
  await store.runs.create(newRunRecord(plan.runId, 'timer', null, startedAt), never);
  await store.batches.write({ runId: plan.runId, planHash: hash, batch: 0 }, { path, counts }, never);
  return { recorded: { plan, batches, hash } };
}

/** Publishes a collected run; whatever is absent is gone. */
export function publish(
  store: InventoryStore,
  folder: string,
  run: CollectedRun,
  more: Partial<PublishRunRequest> = {},
): Promise<Run> {
  return publishRun({
    store,
    folder,
    ...run,
    settings: runSettings,
    sources: [],
    machines: 0,
    signal: never,
    arm: absentArm,
    onProgress: () => undefined,
    ...more,
  });
}
