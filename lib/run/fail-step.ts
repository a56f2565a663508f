import { getRun } from '../database/queries/runs.ts';
import { hasCode, InventoryError, type Reason, toReason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import type { DatabaseReader } from '../published/current-database.ts';
import type { RunEnvironment } from './run-environment.ts';
import { endRun } from './run-record.ts';

/**
 * Ends the record of a run that could not go on. One that was published all the same, and could not say so, has succeeded.
 * @param reason why it could not; null = its record had ended as something else (cancelled, timed out)
 * @returns the run as it ended; null when it had ended already
 * @throws {InventoryError} the record could not be written, or nobody can tell at this moment whether the run was published
 */
export async function failStep(
  environment: RunEnvironment,
  runId: string,
  reason: Reason | null,
  signal: AbortSignal,
): Promise<Run | null> {
  const { store, reader, warn } = environment;
  const step = (await store.runs.read(runId, signal))?.run.progress.step;
  const mayBePublished = step !== 'plan' && step !== 'collect';
  const asked = mayBePublished ? publishedRun(reader, runId, signal) : null;
  const published = await asked?.catch((error: unknown) => {
    signal.throwIfAborted();
    // whether it was published can be told when storage is back, or is open to us again
    if (error instanceof InventoryError && error.code.startsWith('Storage')) throw error;
    warn(toReason(error));
    return null;
  });
  return endRun(
    store,
    runId,
    (record) => {
      if (record.status === 'succeeded') return null;
      if (published) return { ...published, progress: { ...record.progress, step: 'done' } };
      if (record.status !== 'running' || reason === null) return null;
      return { ...record, status: 'failed', finishedAt: new Date().toISOString(), reason };
    },
    signal,
  );
}

/** A run as the published inventory has it; null when it has not. */
export async function publishedRun(reader: DatabaseReader, runId: string, signal: AbortSignal): Promise<Run | null> {
  try {
    using current = await reader.newest(signal);
    return getRun(current.database, runId);
  } catch (error) {
    if (hasCode(error, 'InventoryNotReady')) return null;
    throw error;
  }
}
