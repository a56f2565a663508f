import { NotFoundError, toReason } from '../errors.ts';
import type { RunEnvironment } from './run-environment.ts';
import { advanced, type ProgressChange } from './run-progress.ts';
import { RunEndedError } from './run-record.ts';

/** Often enough to watch, seldom enough to cost nothing. */
const everyMs = 2_000;

/** A step's eye on its run's record. */
export interface RunWatch extends AsyncDisposable {
  /** Aborted when the record says that the run is over (cancelled, timed out), and with the signal that the step was given. */
  readonly signal: AbortSignal;
  /** Work goes on, so far. Written within seconds, unless another step of the run has just written. */
  report(change: ProgressChange): void;
}

/**
 * Begins to watch the record of a run, and to keep its progress in it.
 * @throws {RunEndedError} the run is over already
 * @throws {NotFoundError} `RunNotFound`
 */
export async function watchRun(
  { store, warn }: Pick<RunEnvironment, 'store' | 'warn'>,
  runId: string,
  signal: AbortSignal,
): Promise<RunWatch> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let news: ProgressChange | null = null;
  let looking: Promise<void> = Promise.resolve();
  let busy = false;

  async function look(): Promise<void> {
    const found = await store.runs.read(runId, both);
    if (found === null) throw new NotFoundError('RunNotFound', `There is no run ${runId}`);
    if (found.run.status !== 'running') throw new RunEndedError(found.run);
    if (news === null || found.ageMs < everyMs) return;
    const change = news;
    news = null;
    await store.runs.update(runId, (run) => advanced(run, change), both);
  }

  await look();
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    looking = look()
      .catch((error: unknown) => {
        if (error instanceof RunEndedError || error instanceof NotFoundError) stop.abort(error);
        else if (!both.aborted) warn(toReason(error));
      })
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  return {
    signal: both,
    report(change) {
      news = { ...news, ...change };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}
