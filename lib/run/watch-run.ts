import { NotFoundError, toReason } from '../errors.ts';
import type { RunEnvironment } from './run-environment.ts';
import { advanced, type ProgressChange, RunEndedError } from './run-record.ts';

/** How often the record is read: soon enough to notice a cancellation, and cheap. */
const everyMs = 2_000;

/**
 * Starts to watch the record of a run, while one of its steps executes, and to write progress to it.
 * @throws {RunEndedError} the run has already ended
 * @throws {NotFoundError} `RunNotFound`
 */
export async function watchRun(
  { store, warn }: Pick<RunEnvironment, 'store' | 'warn'>,
  runId: string,
  signal: AbortSignal,
) {
  const stop = new AbortController();
  const stepOrRunEnded = AbortSignal.any([signal, stop.signal]);
  let unwritten: ProgressChange | null = null;
  let looking: Promise<void> = Promise.resolve();
  let busy = false;

  async function look(): Promise<void> {
    const found = await store.runs.read(runId, stepOrRunEnded);
    if (found === null) throw new NotFoundError('RunNotFound', `There is no run ${runId}`);
    if (found.run.status !== 'running') throw new RunEndedError(found.run);
    if (unwritten === null || found.ageMs < everyMs) return;
    const change = unwritten;
    unwritten = null;
    await store.runs.update(runId, (run) => advanced(run, change), stepOrRunEnded);
  }

  await look();
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    looking = look()
      .catch((error: unknown) => {
        if (error instanceof RunEndedError || error instanceof NotFoundError) stop.abort(error);
        else if (!stepOrRunEnded.aborted) warn(toReason(error));
      })
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  return {
    /** Aborted when the record says that the run has ended (cancelled, timed out), and with the signal of the step. */
    signal: stepOrRunEnded,
    /** Reports progress. It is written within seconds, unless another step of the run has just written. */
    report(change: ProgressChange): void {
      unwritten = { ...unwritten, ...change };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}
