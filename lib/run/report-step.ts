import type { Database } from '../database/database.ts';
import { toReason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { refreshPublication } from '../published/refresh-publication.ts';
import type { RunEnvironment } from './run-environment.ts';
import { endRun, RunEndedError } from './run-record.ts';
import { watchRun } from './watch-run.ts';
import { writeReports } from './write-reports.ts';

/**
 * Last step of a run that is published: writes what is made from the new inventory for readers that know no protocol, then ends
 * the run's record. Nothing here can undo the publication, so that a failure warns; the next run makes it good.
 * @param finishedAtMs when the merge ended, as `publishStep` said
 * @returns the run as it ended; null when it had ended already
 * @throws {InventoryError} the record could not be written
 */
export async function reportStep(
  environment: RunEnvironment,
  runId: string,
  finishedAtMs: number,
  signal: AbortSignal,
): Promise<Run | null> {
  try {
    // another taking of this step may end the run while this one still writes: the next run's files must not be written over
    await using watch = await watchRun(environment, runId, signal);
    await writeFiles(environment, runId, watch.signal);
    return await endRun(
      environment.store,
      runId,
      (record) => (record.status === 'succeeded' ? null : succeeded(record, new Date(finishedAtMs).toISOString())),
      watch.signal,
    );
  } catch (error) {
    if (error instanceof RunEndedError) return null;
    throw error;
  }
}

async function writeFiles(environment: RunEnvironment, runId: string, signal: AbortSignal): Promise<void> {
  const { store, reader, warn } = environment;
  try {
    using current = await reader.newest(signal);
    if (current.damaged) return;
    await refreshPublication(store, current, signal);
    await writeScheduledReports(environment, runId, current.database, signal);
  } catch (error) {
    signal.throwIfAborted();
    warn(toReason(error));
  }
}

/** Reports are for runs that the schedule starts; the newest database may be a later run's by now, and has this one's state, too. */
async function writeScheduledReports(
  environment: RunEnvironment,
  runId: string,
  database: Database,
  signal: AbortSignal,
): Promise<void> {
  if (environment.settings.reports.length === 0) return;
  const record = await environment.store.runs.read(runId, signal);
  if (record?.run.trigger === 'timer') await writeReports(environment, { database, runId }, signal);
}

function succeeded(record: Run, finishedAt: string): Run {
  const progress = { ...record.progress, step: 'done', updatedAt: new Date().toISOString() } as const;
  return { ...record, status: 'succeeded', finishedAt, progress };
}
