import { noAnswerCodes } from '../azure/store/storage-error.ts';
import { getRun } from '../database/queries/runs.ts';
import { hasCode, InventoryError, type Reason, toReason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { type DatabaseReader, newestOrNull } from '../published/database-reader.ts';
import type { RunEnvironment } from './run-environment.ts';
import { endRun, failed } from './run-record.ts';

/**
 * Ends the record of a run that could not continue. It counts as succeeded if it was published but its record not
 * updated.
 * @param reason why it could not; null = its record has another end (cancelled, timed out)
 * @returns the run as it ended; null when it had already ended
 * @throws {InventoryError} the record could not be written, or it is unknown whether the run was published, because
 *   storage denied access or did not respond (lib/azure/store/storage-error.ts). A later start ends the run
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
  const published = mayBePublished ? await publishedOrWarn() : null;
  return endRun(
    store,
    runId,
    (record) => {
      if (record.status === 'succeeded') return null;
      if (published !== null) return { ...published, progress: { ...record.progress, step: 'done' } };
      return reason === null ? null : failed(record, reason);
    },
    signal,
  );

  async function publishedOrWarn(): Promise<Run | null> {
    try {
      return await publishedRun(reader, runId, signal);
    } catch (error) {
      signal.throwIfAborted();
      // A later attempt can tell whether it was published: once storage responds, or grants access again.
      if (error instanceof InventoryError && isOfStorage(error)) throw error;
      warn(toReason(error));
      return null;
    }
  }
}

/** Whether storage denied access, or did not answer. */
function isOfStorage(error: InventoryError): boolean {
  return error.code.startsWith('Storage') || hasCode(error, ...noAnswerCodes);
}

/** A run in the published inventory; null when it is not there. */
export async function publishedRun(reader: DatabaseReader, runId: string, signal: AbortSignal): Promise<Run | null> {
  using current = await newestOrNull(reader, signal);
  return current === null ? null : getRun(current.database, runId);
}
