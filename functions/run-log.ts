import { resolveAsOf } from '../lib/database/queries/as-of.ts';
import { type Appeared, appearedInRun } from '../lib/database/queries/runs.ts';
import { toReason } from '../lib/errors.ts';
import type { Run } from '../lib/inventory/run.ts';
import type { CurrentDatabase } from '../lib/published/database-reader.ts';

/** An invocation's logger, whose lines reach Application Insights reliably, or the console. */
export interface RunLogger {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** A `DatabaseReader`. */
interface PublishedDatabases {
  current(signal: AbortSignal): Promise<Pick<CurrentDatabase, 'database' | typeof Symbol.dispose>>;
}

/** For a run that was not published. */
const nothing: Appeared = { blindSpots: 0, findings: { high: 0, medium: 0, low: 0 } };

/**
 * Logs one line of JSON for an ended run, whatever its status, for alerts and the workbook. docs/operations.md
 * describes the fields. Counts that cannot be read from the database are null.
 */
export async function logRun(
  run: Run,
  reader: PublishedDatabases,
  logger: Pick<RunLogger, 'info' | 'error'>,
  signal: AbortSignal,
): Promise<void> {
  const { id, trigger, status, complete, startedAt, finishedAt, reason, coverage, changes, progress } = run;
  const seconds = finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const appeared = status === 'succeeded' ? await appearedIn(run, reader, logger, signal) : nothing;
  const line = JSON.stringify({
    // Keep it first: queries match the beginning of the line.
    event: 'inventoryRun',
    runId: id,
    trigger,
    status,
    complete,
    startedAt,
    finishedAt,
    seconds,
    scope: run.scope?.length ?? null,
    virtualMachineCount: run.virtualMachineCount,
    principalCount: run.principalCount,
    requests: progress.requests,
    coverage,
    changes,
    reason,
    blindSpotsAppeared: appeared?.blindSpots ?? null,
    newFindings: appeared?.findings ?? null,
  });
  if (status === 'succeeded') logger.info(line);
  else logger.error(line);
}

async function appearedIn(
  run: Run,
  reader: PublishedDatabases,
  logger: Pick<RunLogger, 'error'>,
  signal: AbortSignal,
): Promise<Appeared | null> {
  try {
    using current = await reader.current(signal);
    return appearedInRun(current.database, resolveAsOf(current.database, run.id).seq);
  } catch (error) {
    const { code, message } = toReason(error);
    logger.error(`Cannot read what is new in run ${run.id}: ${code}: ${message}`);
    return null;
  }
}
