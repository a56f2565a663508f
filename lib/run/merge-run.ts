import { setTimeout as sleep } from 'node:timers/promises';
import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { answerFollowUps } from '../collect/answer-follow-ups.ts';
import type { Database } from '../database/database.ts';
import { type Merge, openMerge } from '../database/merge/merge.ts';
import { hasCode } from '../errors.ts';
import type { Plan } from '../inventory/plan.ts';
import type { ReadingSink } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { openSources, type Source } from '../sources/source.ts';
import { type Replay, takeIn } from '../sources/take-in.ts';
import { writeChangeAuthors } from './write-change-authors.ts';

export type MergeSettings = Pick<
  Settings,
  'ignoredTags' | 'retentionDays' | 'idleDays' | 'sharedIdentityLimit' | 'excludeSubscriptions' | 'changeAuthors'
>;

export interface MergeRunRequest {
  readonly plan: Plan;
  readonly settings: MergeSettings;
  /** Other deployments whose newest state the run takes in. */
  readonly sources: readonly Source[];
  /** Answers what only the merge can ask. */
  readonly arm: ArmClient;
  /**
   * Sends what this deployment reads to the sink, except the contested subscriptions.
   * @param contested ids of subscriptions that a source has read as well
   * @returns how to send the contested subscriptions, once for their coverage and once for their rows
   */
  readonly readOwn: (contested: ReadonlySet<string>, sink: ReadingSink) => Promise<Replay>;
  /** For temporary files; made when missing. */
  readonly folder: string;
  readonly onProgress?: () => void;
  readonly signal: AbortSignal;
}

const mostMsOfReaders = 300_000;
const retryReadersMs = 200;

/**
 * Merges one run into a database: what sources have read, what this deployment reads, and the answers to follow-up
 * questions. Closing the database without a commit leaves it as it was.
 * @throws {InventoryError} `DatabaseBusy`: another program writes to the file, or keeps reading it; what `readOwn`
 *   throws
 */
export async function mergeRun(request: MergeRunRequest, database: Database): Promise<Run> {
  const { plan, settings, arm, folder, signal, onProgress } = request;
  await using sources = await openSources(request.sources, folder, signal, onProgress);
  const takenIn = takeIn(plan, database, sources.all, settings.excludeSubscriptions);
  const merge = openMerge(database, takenIn.plan, { ...settings, finishedAt: () => new Date().toISOString() });
  // Own readings come after those of sources: where both show a machine, the later one counts.
  takenIn.writeUncontested(merge.write);
  const replay = await request.readOwn(takenIn.contested, takenIn.ownSink(merge.write));
  await takenIn.writeContested(merge.write, replay);
  await answerFollowUps(merge, arm, signal, takenIn.answered);
  const seq = merge.finish();
  if (seq !== null) await writeChangeAuthors(seq, { ...request, isAsked: settings.changeAuthors }, database);
  return await commit(merge, signal);
}

/** Retries while another program reads the file: an open pager must not discard what took an hour to read. */
async function commit(merge: Merge, signal: AbortSignal): Promise<Run> {
  const giveUpAt = performance.now() + mostMsOfReaders;
  for (;;) {
    try {
      return merge.commit();
    } catch (error) {
      if (!hasCode(error, 'DatabaseBusy') || performance.now() > giveUpAt) throw error;
      await sleep(retryReadersMs, null, { signal });
    }
  }
}
