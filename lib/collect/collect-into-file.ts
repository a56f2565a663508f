import { existsSync, rmSync } from 'node:fs';
import { openForWriting } from '../database/database.ts';
import { openMerge } from '../database/merge/merge.ts';
import { readKnownSubscriptions } from '../database/queries/known-subscriptions.ts';
import type { Run, RunTrigger } from '../inventory/run.ts';
import { runId } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { type CollectProgress, collectSubscriptions } from './collect.ts';
import { answerFollowUps } from './follow-up.ts';
import { planRun } from './plan.ts';
import { newRunSuffix } from './run-suffix.ts';
import type { Session } from './session.ts';

export interface CollectIntoFileRequest {
  readonly databasePath: string;
  readonly session: Session;
  readonly settings: Settings;
  readonly trigger: RunTrigger;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  /** Also read the client ids of system-assigned identities, one request per machine; default: no. */
  readonly clientIds?: boolean;
  readonly onProgress?: (progress: CollectProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * One run straight into a database file (made when missing): rows are written while answers are awaited, all in one
 * transaction. When it throws, or the process dies, the file is as it was.
 * @throws {NoTokenError} no token is to be had
 * @throws {ArmError} the subscription list could not be read
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
    const plan = await planRun({
      arm: session.arm,
      settings,
      known: readKnownSubscriptions(database),
      principalId,
      runId: runId(startedAt, newRunSuffix()),
      trigger,
      startedAt,
      scope,
      clientIds: request.clientIds ?? false,
      signal,
    });
    const merge = openMerge(database, plan, { ...settings, finishedAt: now });
    try {
      const { arm } = session;
      const { subscriptions } = plan;
      const progress = request.onProgress === undefined ? {} : { onProgress: request.onProgress };
      await collectSubscriptions({ arm, plan, subscriptions, sink: merge, now, ...progress, signal });
      await answerFollowUps(merge, arm, signal);
      const run = merge.commit();
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
