import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import { replayBatch } from '../collect/batch/replay-batch.ts';
import { answerFollowUps } from '../collect/follow-up.ts';
import type { Database } from '../database/database.ts';
import { openMerge } from '../database/merge/merge.ts';
import { addressOf, type RecordedPlan } from '../inventory/plan.ts';
import type { ReadingSink } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import { type Republication, republish } from '../published/publish-database.ts';
import type { Settings } from '../settings.ts';
import { createOwnReadings } from '../sources/contested-readings.ts';
import { openSources } from '../sources/open-sources.ts';
import { routeReadings } from '../sources/route-readings.ts';
import type { Source } from '../sources/source.ts';
import { takeIn } from '../sources/take-in.ts';
import { RunEndedError } from './run-record.ts';

export interface PublishRequest extends Pick<Republication, 'folder' | 'signal' | 'onProgress'> {
  readonly store: InventoryStore;
  readonly recorded: RecordedPlan;
  /** In the run's batches. */
  readonly machines: number;
  readonly settings: Pick<
    Settings,
    'ignoredTags' | 'retentionDays' | 'idleDays' | 'sharedIdentityLimit' | 'excludeSubscriptions'
  >;
  /** Other deployments, whose present is taken in. */
  readonly sources: readonly Source[];
  /** Answers what only the merge knows to ask. */
  readonly arm: ArmClient;
}

/**
 * Merges the batches of a run into the published inventory.
 * @throws {InventoryError} `RunEnded`: cancelled or timed out before the pointer moved; `BatchMissing`, `BatchDamaged`; what
 *   `republish` throws
 */
export async function publishRun(request: PublishRequest): Promise<Run> {
  const { store, recorded, machines, folder, signal, onProgress } = request;
  const { runId } = recorded.plan;
  return republish({
    store,
    runId,
    machines,
    folder,
    signal,
    onProgress,
    change: (database) => mergeBatches(request, database),
    mayPublish: async () => {
      const record = await store.runs.read(runId, signal);
      if (record !== null && record.run.status !== 'running') throw new RunEndedError(record.run);
    },
    afterwards: async () => undefined,
  });
}

async function mergeBatches(request: PublishRequest, database: Database): Promise<Run> {
  const { recorded, settings, arm, folder, signal, onProgress } = request;
  const finishedAt = (): string => new Date().toISOString();
  await using sources = await openSources(request.sources, folder, signal, onProgress);
  const takenIn = takeIn(recorded.plan, database, sources.all, settings.excludeSubscriptions);
  const own = createOwnReadings();
  const isContested = (id: string): boolean => takenIn.contested.has(id);
  const contested = recorded.batches.flatMap((batch, number) =>
    batch.subscriptionIds.some(isContested) ? [number] : [],
  );
  await replay(request, contested, own.write);
  const merge = openMerge(database, takenIn.plan, { ...settings, finishedAt });
  // what this deployment has read is newer: where both show a machine, the later word counts
  takenIn.tellOthers(merge.write);
  const left = takenIn.tellBetter(own, merge.write);
  await replay(
    request,
    [...recorded.batches.keys()],
    routeReadings((id) => (left.has(id) ? null : merge.write), merge.write),
  );
  await answerFollowUps(merge, arm, signal, takenIn.answered);
  return merge.commit();
}

async function replay(request: PublishRequest, numbers: readonly number[], sink: ReadingSink): Promise<void> {
  const { store, recorded, signal, onProgress } = request;
  for (const number of numbers) {
    const address = addressOf(recorded, number);
    const lines = await store.batches.read(address, signal);
    await replayBatch(lines, sink, `batch ${address.batch} of run ${address.runId}`);
    onProgress();
  }
}
