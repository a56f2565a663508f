import { makePrivateFolder } from '../files/private-folder.ts';
import type { Run } from '../inventory/run.ts';
import { readPlan, resumedSubscriptions } from './plan-step.ts';
import { publishRun } from './publish-run.ts';
import type { RunEnvironment } from './run-environment.ts';
import { advance, progressOf } from './run-record.ts';
import { watchRun } from './watch-run.ts';

/**
 * A step of a run: merges its batches into the published inventory and moves the pointer. A run that is already
 * published is not published again.
 * First of: step -> run (merge of batches) -> database (pointer).
 * @returns when the merge ended, in milliseconds since 1970
 * @throws {RunEndedError} the run was cancelled or timed out before the pointer moved
 * @throws {InventoryError} what `publishRun` throws
 */
export async function publishStep(
  environment: RunEnvironment,
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly finishedAtMs: number }> {
  const { store, session, settings, sources } = environment;
  await using watch = await watchRun(environment, runId, signal);
  const recorded = await readPlan(store, runId, watch.signal);
  const finished = await store.batches.finished(runId, watch.signal);
  const progress = progressOf(finished, resumedSubscriptions(recorded));
  await advance(store, runId, { step: 'publish', ...progress }, watch.signal);
  await using folder = await makePrivateFolder(environment.folder);
  const published = await publishRun({
    store,
    arm: session.arm,
    recorded,
    settings,
    sources,
    folder: folder.path,
    signal: watch.signal,
    machines: finished.virtualMachines,
    onProgress: () => watch.report({}),
  });
  // From here on nothing can undo the publication, not even a late cancellation. If another execution of this step has
  // ended the run, leave it ended.
  const update = (record: Run): Run | null => (record.status === 'succeeded' ? null : reporting(record, published));
  await store.runs.update(runId, update, signal);
  return { finishedAtMs: Date.parse(published.finishedAt ?? published.startedAt) };
}

/** The record of a published run whose reports are still to be written. */
function reporting({ progress, reason }: Run, published: Run): Run {
  return {
    ...published,
    status: 'running',
    finishedAt: null,
    reason: published.reason ?? reason,
    progress: { ...progress, step: 'report', updatedAt: new Date().toISOString() },
  };
}
