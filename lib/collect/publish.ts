import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InventoryStore, Latest } from '../azure/store/inventory-store.ts';
import { type Database, openForReading, openForWriting } from '../database/database.ts';
import { openMerge } from '../database/merge/merge.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { getRun } from '../database/queries/runs.ts';
import { iterateVirtualMachines } from '../database/queries/virtual-machines.ts';
import { InventoryError, type Reason, toReason } from '../errors.ts';
import type { Plan, Verification } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import { ndjson } from '../reports/ndjson.ts';
import type { Settings } from '../settings.ts';
import { describeFile, fetchDatabase, freeBytes, publicationDamaged } from './database-file.ts';
import { groupsOf } from './plan-groups.ts';
import { replayBatch } from './replay-batch.ts';
import { RunEndedError } from './run-record.ts';
import { verifyAbsent } from './verify.ts';

/** Runs in other apps on the same container may publish as often as we do; more rounds than this mean something else is wrong. */
const mostRounds = 10;
/** A file with more free pages than this share is worth rewriting. */
const wastedShare = 0.2;

export interface PublishRequest {
  readonly store: InventoryStore;
  readonly plan: Plan;
  readonly planHash: string;
  readonly settings: Pick<Settings, 'ignoredTags' | 'retentionDays'>;
  /** Reads one machine by its id. */
  readonly verify: (resourceId: string, signal: AbortSignal) => Promise<Verification>;
  /** For throw-away files; made when missing. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called after each part of the work: it is alive. */
  readonly onProgress: () => void;
  /** What went wrong after the run was published, and harms no row: the next run makes it good. */
  readonly warn: (reason: Reason) => void;
}

/**
 * Merges the batches of a run into the newest database, uploads that under a new name and moves `latest.json` to it. When the
 * pointer has moved meanwhile, it starts again from the new database. A run that is published already is not merged again.
 * @throws {InventoryError} `RunEnded`: cancelled or timed out before the pointer moved; `DatabaseDamaged`, `DatabaseTooLarge`,
 *   `BatchMissing`, `BatchDamaged`, `PointerContended`; the store's own
 */
export async function publishRun(request: PublishRequest): Promise<Run> {
  const { store, plan, folder, signal } = request;
  await mkdir(folder, { recursive: true });
  const path = join(folder, `publish-${plan.runId}.sqlite`);
  try {
    for (let round = 0; round < mostRounds; round++) {
      const published = await publishOnce(request, path);
      if (published !== null) {
        await afterwards(request, path, published.latest);
        return published.run;
      }
      signal.throwIfAborted();
    }
    throw new InventoryError('PointerContended', `latest.json in ${store.url} keeps being moved by others`, {
      hint: 'Give each app a container of its own (INVENTORY_CONTAINER)',
    });
  } finally {
    await rm(path, { force: true });
  }
}

/** @returns null when the pointer moved meanwhile */
async function publishOnce(request: PublishRequest, path: string): Promise<{ run: Run; latest: Latest } | null> {
  const { store, plan, signal } = request;
  await rm(path, { force: true });
  const base = await store.latest.read(signal);
  if (base !== null) await fetchNewest(request, base.latest, path);
  const database = openForWriting(path);
  let run: Run;
  let seq: number;
  try {
    const merged = getRun(database, plan.runId);
    if (merged !== null && base !== null) return { run: merged, latest: base.latest };
    run = await merge(request, database);
    seq = resolveAsOf(database, plan.runId).seq;
    await vacuum(database, path, base === null);
  } finally {
    database.close();
  }
  request.onProgress();
  const file = await describeFile(path, signal);
  const name = await store.databases.write(plan.runId, file, signal);
  request.onProgress();
  const record = await store.runs.read(plan.runId, signal);
  if (record !== null && record.run.status !== 'running') throw new RunEndedError(record.run);
  const latest: Latest = {
    runId: run.id,
    seq,
    database: name,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    publishedAt: new Date().toISOString(),
    complete: run.complete,
    previous: base === null ? null : { database: base.latest.database, sha256: base.latest.sha256 },
  };
  return (await store.latest.move(latest, base?.etag ?? null, signal)) ? { run, latest } : null;
}

async function fetchNewest({ store, signal }: PublishRequest, latest: Latest, path: string): Promise<void> {
  try {
    await fetchDatabase(store, latest, path, signal);
  } catch (error) {
    if (!(error instanceof InventoryError) || error.code !== 'DatabaseDamaged') throw error;
    throw publicationDamaged(latest, error);
  }
}

/** The copy is thrown away when anything fails, so it needs no journal and no waiting for the disk. */
async function merge(
  { store, plan, planHash, settings, verify, signal, onProgress }: PublishRequest,
  database: Database,
): Promise<Run> {
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  const { ignoredTags, retentionDays } = settings;
  const finishedAt = (): string => new Date().toISOString();
  const merge = openMerge(database, plan, { ignoredTags, retentionDays, finishedAt });
  for (const { batch } of groupsOf(plan)) {
    const lines = await store.batches.read(plan.runId, batch, planHash, signal);
    await replayBatch(lines, merge, `batch ${batch} of run ${plan.runId}`);
    onProgress();
  }
  await verifyAbsent(merge, verify, signal);
  return merge.commit();
}

/** Rewrites the file where that pays: after the first run (rows came in no order), and when much of it is free. Needs its size once more. */
async function vacuum(database: Database, path: string, first: boolean): Promise<void> {
  const pragma = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pages = pragma('page_count');
  if (!first && pragma('freelist_count') / pages < wastedShare) return;
  if (pages * pragma('page_size') * 1.1 > (await freeBytes(path))) return;
  database.exec('VACUUM');
}

/** What other readers use. The run is published: none of this can undo that, so that it warns instead of failing. */
async function afterwards({ store, signal, warn }: PublishRequest, path: string, latest: Latest): Promise<void> {
  try {
    const database = openForReading(path);
    try {
      const machines = iterateVirtualMachines(database, resolveAsOf(database, null), {});
      await store.writeCurrentMachines(ndjson(machines), signal);
    } finally {
      database.close();
    }
    await store.databases.prune(latest, new Date(), signal);
  } catch (error) {
    warn(toReason(error));
  }
}
