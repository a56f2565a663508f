import { createReadStream, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import type { Session } from '../azure/session.ts';
import { replayBatch } from '../collect/batch/replay-batch.ts';
import { writeBatch } from '../collect/batch/write-batch.ts';
import { type CollectProgress, collectSubscriptions } from '../collect/collect-subscriptions.ts';
import { planRun } from '../collect/plan-run.ts';
import { type Database, openForWriting } from '../database/database.ts';
import { readKnownSubscriptions } from '../database/queries/coverage/subscriptions-at.ts';
import { readNewestSeq } from '../database/queries/runs.ts';
import { makePrivateFolder } from '../files/private-folder.ts';
import type { Plan } from '../inventory/plan.ts';
import type { ReadingSink } from '../inventory/reading.ts';
import { newRunId, type Run, type RunTrigger } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import type { Source } from '../sources/source.ts';
import { type Replay, routeReadings } from '../sources/take-in.ts';
import { mergeRun } from './merge-run.ts';

export interface CollectIntoFileRequest {
  readonly databasePath: string;
  readonly session: Session;
  readonly settings: Settings;
  readonly trigger: RunTrigger;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  /** Also read the client ids of system-assigned identities, one request per machine; default: no. */
  readonly clientIds?: boolean;
  /** Other deployments whose newest state the run takes in; default: none. */
  readonly sources?: readonly Source[];
  readonly onProgress?: (progress: CollectProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs the inventory straight into a database file, which is made when missing. Writes rows while it waits for
 * responses, in one transaction. If this throws or the process dies, the file stays as it was.
 * @throws {NoTokenError} no credential gives a token
 * @throws {ArmError} the subscription list could not be read
 * @throws {InventoryError} `DatabaseBusy`: another program writes to the file, or keeps reading it
 */
export async function collectIntoFile(request: CollectIntoFileRequest): Promise<Run> {
  const { databasePath } = request;
  const startedAt = new Date().toISOString();
  const principalId = await request.session.principalId(request.signal);
  const isNew = !existsSync(databasePath);
  const database = openForWriting(databasePath);
  let merged = false;
  try {
    const run = await collectInto(database, request, startedAt, principalId);
    merged = true;
    return run;
  } finally {
    database.close();
    if (isNew && !merged) rmSync(databasePath, { force: true });
  }
}

async function collectInto(
  database: Database,
  request: CollectIntoFileRequest,
  startedAt: string,
  principalId: string | null,
): Promise<Run> {
  const { session, settings, signal, scope, trigger, clientIds = false, sources = [] } = request;
  const { arm } = session;
  const plan = await planRun({
    arm,
    settings,
    known: readKnownSubscriptions(database),
    afterSeq: readNewestSeq(database),
    principalId,
    runId: newRunId(startedAt),
    trigger,
    startedAt,
    scope,
    clientIds,
    signal,
  });
  await using folder = await makePrivateFolder(tmpdir(), 'vm-identities-');
  const path = join(folder.path, 'contested.ndjson.zst');
  return await mergeRun(
    {
      plan,
      settings,
      sources,
      arm,
      folder: folder.path,
      signal,
      readOwn: (contested, sink) => collectOwn(request, plan, contested, sink, path),
    },
    database,
  );
}

/** Reads what this identity sees. Contested subscriptions wait in a batch until it is known whose reading is better. */
async function collectOwn(
  { session, onProgress, signal }: CollectIntoFileRequest,
  plan: Plan,
  contested: ReadonlySet<string>,
  sink: ReadingSink,
  path: string,
): Promise<Replay> {
  const waiting = writeBatch(path);
  try {
    await collectSubscriptions({
      arm: session.arm,
      plan,
      subscriptions: plan.subscriptions,
      sink: routeReadings((id) => (contested.has(id) ? waiting.write : sink), sink),
      onProgress,
      signal,
    });
    await waiting.finish();
  } finally {
    waiting.abandon();
  }
  return (target) => replayBatch(readBatch(path), target, path);
}

function readBatch(path: string): Readable {
  const decompress = createZstdDecompress();
  // A failure reaches whoever reads `decompress`.
  pipeline(createReadStream(path), decompress, () => undefined);
  return decompress;
}
