import type { InventoryStore } from '../azure/store/inventory-store.ts';
import { InventoryError, type Reason, toReason } from '../errors.ts';
import { type Run, type RunTrigger, runId } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { claimRun, timedOut } from './claim-run.ts';
import type { DatabaseReader } from './current-database.ts';
import { createProgressWriter } from './progress-writer.ts';
import { newRunRecord, RunEndedError } from './run-record.ts';
import { runSteps } from './run-steps.ts';
import { newRunSuffix } from './run-suffix.ts';
import type { Session } from './session.ts';

export interface RunRequest {
  readonly store: InventoryStore;
  readonly reader: DatabaseReader;
  readonly session: Session;
  readonly settings: Settings;
  readonly trigger: RunTrigger;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  /** For throw-away files; made when missing. */
  readonly folder: string;
  /** The process ends: so does the run. */
  readonly shutdown: AbortSignal;
  /** What went wrong on the way and harms no row. */
  readonly warn: (reason: Reason) => void;
}

/** A run on its way. */
export interface StartedRun {
  /** As it stands on record. */
  readonly run: Run;
  /** How it ended, in every case as its status says; never rejected. */
  readonly finished: Promise<Run>;
}

/** Time for the last words of a run. */
const lastWriteMs = 30_000;

/**
 * Starts a run in this process, if no other is under way in any. Returns as soon as it is on record.
 * @param signal for the start only: the run outlives the request that asked for it
 * @throws {RunAlreadyRunningError} with that run's id
 * @throws {InventoryError} the store's own
 */
export async function startRun(request: RunRequest, signal: AbortSignal): Promise<StartedRun> {
  const { store, settings, trigger, scope } = request;
  const startedAt = new Date().toISOString();
  const run = newRunRecord(runId(startedAt, newRunSuffix()), trigger, scope, startedAt);
  await store.runs.create(run, signal);
  try {
    await claimRun(store, run.id, settings.runTimeoutMinutes, signal);
  } catch (error) {
    await store.runs.remove(run.id, AbortSignal.timeout(lastWriteMs));
    throw error;
  }
  return { run, finished: drive(request, run) };
}

async function drive(request: RunRequest, run: Run): Promise<Run> {
  const { store, settings, warn } = request;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.shutdown, stop.signal]);
  const watchdog = setTimeout(() => stop.abort(new RunEndedError(ending)), settings.runTimeoutMinutes * 60_000);
  const ending = timedOut(run, settings.runTimeoutMinutes);
  const progress = createProgressWriter(
    store,
    run,
    signal,
    (ended) => stop.abort(new RunEndedError(ended)),
    (error) => warn(toReason(error)),
  );
  const watched = {
    ...progress,
    step: (change: Parameters<typeof progress.step>[0]) => {
      watchdog.refresh();
      return progress.step(change);
    },
    report: (change: Parameters<typeof progress.report>[0]) => {
      watchdog.refresh();
      progress.report(change);
    },
  };
  let end: (record: Run) => Run | null;
  try {
    const published = await runSteps(request, run, watched, signal);
    end = (record) => ({ ...published, progress: { ...record.progress, step: 'done', updatedAt: now() } });
  } catch (error) {
    end = (record) => (record.status === 'running' ? failed(record, error, request.shutdown) : null);
  } finally {
    clearTimeout(watchdog);
  }
  return writeEnd(request, run, end, progress.settle());
}

/** Writes how the run ended over the record, unless that says already that it was cancelled or timed out. */
async function writeEnd(
  { store, warn }: RunRequest,
  run: Run,
  end: (record: Run) => Run | null,
  settled: Promise<void>,
): Promise<Run> {
  try {
    await settled;
    return await store.runs.update(run.id, end, AbortSignal.timeout(lastWriteMs));
  } catch (error) {
    // the next start finds the record without progress and ends it
    warn(toReason(error));
    return end(run) ?? run;
  }
}

function failed(record: Run, error: unknown, shutdown: AbortSignal): Run {
  const finishedAt = now();
  if (error instanceof RunEndedError)
    return { ...record, status: error.run.status, finishedAt, reason: error.run.reason };
  const reason = shutdown.aborted
    ? toReason(
        new InventoryError('HostShutDown', `The host of run ${record.id} was shut down`, { hint: 'Start a new run' }),
      )
    : toReason(error);
  return { ...record, status: 'failed', finishedAt, reason };
}

function now(): string {
  return new Date().toISOString();
}
