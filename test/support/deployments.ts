import { join } from 'node:path';
import type { InventoryStore } from '../../lib/azure/store/open-store.ts';
import { planHash } from '../../lib/azure/store/plans.ts';
import type { Latest } from '../../lib/azure/store/pointers.ts';
import { writeBatch } from '../../lib/collect/batch/write-batch.ts';
import { openForWriting } from '../../lib/database/database.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { describeFile } from '../../lib/published/database-file.ts';
import { type PublishRunRequest, publishRun } from '../../lib/run/publish-run.ts';
import { newRunRecord } from '../../lib/run/run-record.ts';
import { absentArm } from './absent-arm.ts';
import { mergeRun, planOf, type RunReading, writeRun } from './readings.ts';
import { runSettings } from './run-settings.ts';
import { never } from './stores.ts';

/** Publishes a run of a deployment whose database is kept in a file beside its container; nothing of Azure is asked. */
export async function publishReading(store: InventoryStore, path: string, reading: RunReading): Promise<Run> {
  const database = openForWriting(path);
  const run = mergeRun(database, reading);
  database.close();
  const file = await describeFile(path, never);
  const name = await store.databases.write(run.id, file, never);
  const before = await store.latest.read(never);
  const { sizeBytes, sha256 } = file;
  await store.latest.move(
    {
      runId: run.id,
      seq: reading.day,
      database: name,
      sizeBytes,
      sha256,
      publishedAt: run.startedAt,
      complete: run.complete,
      previous: null,
    },
    before?.etag ?? null,
    never,
  );
  return run;
}

/** Publishes the file of a deployment as it is now, however it came to be so. The publication before is the one before. */
export async function publishFile(store: InventoryStore, path: string, more: Partial<Latest> = {}): Promise<void> {
  const file = await describeFile(path, never);
  const before = await store.latest.read(never);
  if (before === null) throw new Error('nothing is published');
  const { latest, etag } = before;
  const database = await store.databases.write('20261121T070000Z-0000', file, never);
  const { sizeBytes, sha256 } = file;
  const previous = { database: latest.database, sha256: latest.sha256 };
  await store.latest.move({ ...latest, database, sizeBytes, sha256, previous, ...more }, etag, never);
}

/** A run as the steps take it: its batch is written, then it is published with what the sources have. */
export async function publishWith(
  store: InventoryStore,
  folder: string,
  reading: RunReading,
  more: Partial<PublishRunRequest>,
): Promise<Run> {
  const plan = planOf(reading);
  const subscriptionIds = plan.subscriptions.map(({ subscriptionId }) => subscriptionId);
  const batches = subscriptionIds.length === 0 ? [] : [{ subscriptionIds, takenFrom: null }];
  const hash = planHash(plan, batches);
  const path = join(folder, `${plan.runId}.batch`);
  await store.runs.create(newRunRecord(plan.runId, 'timer', null, plan.startedAt), never);
  if (batches.length > 0) {
    const writer = writeBatch(path);
    writeRun(writer.write, plan, reading);
    const counts = await writer.finish();
    await store.batches.write({ runId: plan.runId, planHash: hash, batch: 0 }, { path, counts }, never);
  }
  return publishRun({
    store,
    settings: runSettings,
    sources: [],
    recorded: { plan, batches, hash },
    folder: join(folder, 'work'),
    signal: never,
    arm: absentArm,
    machines: 0,
    onProgress: () => undefined,
    ...more,
  });
}
