import type { Database } from '../database/database.ts';
import { resolveChangeRange } from '../database/queries/as-of.ts';
import { reportSource } from '../database/queries/report-source.ts';
import { toReason } from '../errors.ts';
import { reportFiles } from '../inventory/report.ts';
import type { Run } from '../inventory/run.ts';
import { completePublication } from '../published/publish-database.ts';
import { reportContentTypes, writeReport } from '../reports/write-report.ts';
import type { RunEnvironment } from './run-environment.ts';
import { endRun, RunEndedError } from './run-record.ts';
import { watchRun } from './watch-run.ts';

/**
 * Last step of a published run: writes the current machines and the reports, then ends the run's record. A failure to
 * write only warns, because nothing here can undo the publication; the next run writes these files again.
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
    // Another execution of this step may end the run while this one still writes. It must not overwrite the next run's
    // files.
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
    await completePublication(store, current, signal, warn);
    await writeScheduledReports(environment, runId, current.database, signal);
  } catch (error) {
    signal.throwIfAborted();
    warn(toReason(error));
  }
}

/** Only runs of the schedule write reports. The database may be of a later run; it also holds the state of this one. */
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

type ReportEnvironment = Pick<RunEnvironment, 'store' | 'settings' | 'acceptedFindings' | 'warn'>;

/**
 * Writes the reports of `INVENTORY_REPORTS` to `reports/<runId>/`, streamed. One that fails warns and never stops the
 * others.
 * @throws the signal's reason
 * @internal for tests
 */
export async function writeReports(
  environment: ReportEnvironment,
  { database, runId }: { readonly database: Database; readonly runId: string },
  signal: AbortSignal,
): Promise<void> {
  for (const file of environment.settings.reports) {
    try {
      await writeOne(environment, database, runId, file, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { code, message, hint } = toReason(error);
      environment.warn({ code, message: `The report ${file} of run ${runId} was not written: ${message}`, hint });
    }
  }
}

async function writeOne(
  { store, acceptedFindings }: ReportEnvironment,
  database: Database,
  runId: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  // The settings have checked the name.
  const found = reportFiles.find((known) => known.file === file);
  if (found === undefined) throw new Error(`There is no report ${file}`);
  const { name, format } = found;
  const source = reportSource(database, {
    report: { name, filter: {} },
    range: resolveChangeRange(database, null, runId),
    accepted: { findings: await acceptedFindings(signal), now: Date.now() },
    whole: format === 'xlsx',
    damaged: false,
  });
  const pieces = await writeReport(source, format);
  await store.writeReport({ runId, file, contentType: reportContentTypes[format] }, pieces, signal);
}
