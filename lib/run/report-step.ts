import type { Database } from '../database/database.ts';
import { toReason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { completePublication } from '../published/publish-database.ts';
import type { RunEnvironment } from './run-environment.ts';
import { endRun, RunEndedError } from './run-record.ts';
import { watchRun } from './watch-run.ts';
import { writeReports } from './write-reports.ts';

/**
 * Last step of a published run: writes the current machines and the reports, then ends the run's record. A failure to write only
 * warns, because nothing here can undo the publication; the next run writes these files again.
 * @param finishedAtMs when the merge ended, as `publishStep` returned it
 * @returns the run as it ended; null when it had already ended
 * @throws {InventoryError} the record could not be written
 */
export async function reportStep(
  environment: RunEnvironment,
  runId: string,
  finishedAtMs: number,
  signal: AbortSignal,
): Promise<Run | null> {
  try {
    // Another execution of this step may end the run while this one still writes. It must not overwrite the next run's files.
    await using watch = await watchRun(environment, runId, signal);
    await writeFiles(environment, runId, watch.signal);
    const end = (record: Run): Run | null => (record.status === 'succeeded' ? null : succeeded(record, finishedAtMs));
    return await endRun(environment.store, runId, end, watch.signal);
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
    await completePublication(store, current, signal);
    await writeScheduledReports(environment, runId, current.database, signal);
  } catch (error) {
    signal.throwIfAborted();
    warn(toReason(error));
  }
}

/** Only runs of the schedule write reports. The database may be a later run's by now; it also holds the state of this run. */
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

function succeeded(record: Run, finishedAtMs: number): Run {
  const progress = { ...record.progress, step: 'done', updatedAt: new Date().toISOString() } as const;
  return { ...record, status: 'succeeded', finishedAt: new Date(finishedAtMs).toISOString(), progress };
}
