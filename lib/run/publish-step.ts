import { makeOwnFolder } from '../files/private-folder.ts';
import type { Run } from '../inventory/run.ts';
import { takenOver } from './plan-step.ts';
import { publishRun } from './publish-run.ts';
import { readPlan } from './read-plan.ts';
import type { RunEnvironment } from './run-environment.ts';
import { advance, progressOf } from './run-progress.ts';
import { watchRun } from './watch-run.ts';

/**
 * A step of a run: merges its batches into the published inventory and moves the pointer. A run that is published already is not
 * published again.
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
  await advance(store, runId, { step: 'publish', ...progressOf(finished, takenOver(recorded)) }, watch.signal);
  await using folder = await makeOwnFolder(environment.folder);
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
  // from here on nothing can undo it, a cancellation that came in the last moment neither; one that another taking of this step
  // has brought to its end has ended
  await store.runs.update(
    runId,
    (record) => (record.status === 'succeeded' ? null : reporting(record, published)),
    signal,
  );
  return { finishedAtMs: Date.parse(published.finishedAt ?? published.startedAt) };
}

/** The record of a run that is published and has its reports to write. */
function reporting({ progress }: Run, published: Run): Run {
  return {
    ...published,
    status: 'running',
    finishedAt: null,
    progress: { ...progress, step: 'report', updatedAt: new Date().toISOString() },
  };
}
