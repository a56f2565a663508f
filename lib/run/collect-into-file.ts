import { createReadStream, existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createZstdDecompress } from 'node:zlib';
import type { Session } from '../azure/session.ts';
import { replayBatch } from '../collect/batch/replay-batch.ts';
import { writeBatch } from '../collect/batch/write-batch.ts';
import { type CollectProgress, collectSubscriptions } from '../collect/collect.ts';
import { answerFollowUps } from '../collect/follow-up.ts';
import { planRun } from '../collect/plan.ts';
import { openForWriting } from '../database/database.ts';
import { type Merge, openMerge } from '../database/merge/merge.ts';
import { readKnownSubscriptions } from '../database/queries/coverage/subscriptions-at.ts';
import { readNewestSeq } from '../database/queries/runs.ts';
import { hasCode } from '../errors.ts';
import type { Plan } from '../inventory/plan.ts';
import type { Run, RunTrigger } from '../inventory/run.ts';
import { newRunId } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { openSources } from '../sources/open-sources.ts';
import { createOwnReadings } from '../sources/own-readings.ts';
import { routeReadings } from '../sources/route-readings.ts';
import type { Source } from '../sources/source.ts';
import { type TakenIn, takeIn } from '../sources/take-in.ts';

const mostMsOfReaders = 300_000;
const retryReadersMs = 200;

export interface CollectIntoFileRequest {
  readonly databasePath: string;
  readonly session: Session;
  readonly settings: Settings;
  readonly trigger: RunTrigger;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  /** Also read the client ids of system-assigned identities, one request per machine; default: no. */
  readonly clientIds?: boolean;
  /** Other deployments, whose present is taken in; default: none. */
  readonly sources?: readonly Source[];
  readonly onProgress?: (progress: CollectProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * One run straight into a database file (made when missing): rows are written while answers are awaited, all in one
 * transaction. When it throws, or the process dies, the file is as it was.
 * @throws {NoTokenError} no token is to be had
 * @throws {ArmError} the subscription list could not be read
 * @throws {InventoryError} `DatabaseBusy`: another program writes to the file, or does not end reading it
 */
export async function collectIntoFile(request: CollectIntoFileRequest): Promise<Run> {
  const { session, settings, signal, scope, trigger } = request;
  const now = (): string => new Date().toISOString();
  const startedAt = now();
  const principalId = await session.principalId(signal);
  const isNew = !existsSync(request.databasePath);
  const database = openForWriting(request.databasePath);
  let merged = false;
  try {
    const planned = await planRun({
      arm: session.arm,
      settings,
      known: readKnownSubscriptions(database),
      afterSeq: readNewestSeq(database),
      principalId,
      runId: newRunId(startedAt),
      trigger,
      startedAt,
      scope,
      clientIds: request.clientIds ?? false,
      signal,
    });
    await using folder = await makeFolder();
    await using sources = await openSources(request.sources ?? [], folder.path, signal, () => undefined);
    const takenIn = takeIn(planned, database, sources.all, settings.excludeSubscriptions);
    const merge = openMerge(database, takenIn.plan, { ...settings, finishedAt: now });
    try {
      takenIn.tellOthers(merge);
      await collectOwn(request, planned, takenIn, merge, folder.path);
      await answerFollowUps(merge, session.arm, signal, takenIn.answered);
      const run = await commit(merge, signal);
      merged = true;
      return run;
    } catch (error) {
      merge.rollback();
      throw error;
    }
  } finally {
    database.close();
    if (isNew && !merged) rmSync(request.databasePath, { force: true });
  }
}

/** Saves the run, as soon as others let it: what took an hour to read is not given up for a list that somebody has open in a pager. */
async function commit(merge: Merge, signal: AbortSignal): Promise<Run> {
  const giveUpAt = performance.now() + mostMsOfReaders;
  for (;;) {
    try {
      return merge.commit();
    } catch (error) {
      const busy = hasCode(error, 'DatabaseBusy');
      if (!busy || performance.now() > giveUpAt) throw error;
      await sleep(retryReadersMs, null, { signal });
    }
  }
}

/** Reads what this identity sees. Of a subscription that a source has read too, the rows wait until it is known whose reading is better. */
async function collectOwn(
  { session, onProgress, signal }: CollectIntoFileRequest,
  plan: Plan,
  { contested, tellBetter }: TakenIn,
  merge: Merge,
  folder: string,
): Promise<void> {
  const now = (): string => new Date().toISOString();
  const progress = onProgress === undefined ? {} : { onProgress };
  const common = { arm: session.arm, plan, subscriptions: plan.subscriptions, now, ...progress, signal };
  if (contested.size === 0) {
    await collectSubscriptions({ ...common, sink: merge });
    return;
  }
  const path = join(folder, 'contested.ndjson.zst');
  const waiting = writeBatch(path);
  try {
    const sink = routeReadings((id) => (contested.has(id) ? waiting : merge), merge);
    await collectSubscriptions({ ...common, sink });
    await waiting.finish();
  } finally {
    waiting.abandon();
  }
  const own = createOwnReadings();
  await replayBatch(readBatch(path), own, path);
  const left = tellBetter(own, merge);
  await replayBatch(
    readBatch(path),
    routeReadings((id) => (left.has(id) ? null : merge), merge),
    path,
  );
}

function readBatch(path: string): Readable {
  const decompress = createZstdDecompress();
  // a failure reaches the reader of what it gives
  pipeline(createReadStream(path), decompress, () => undefined);
  return decompress;
}

/** A folder for throw-away files. */
async function makeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'vm-identities-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
