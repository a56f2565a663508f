import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { poll } from '../../api/client.ts';
import type { Run } from '../../api/types.ts';
import { announce } from '../../parts/announce.tsx';
import { loadNewest, newest, noticeRun } from '../../state/shown-run.ts';
import { runsText as text } from '../../text/runs.ts';

/** When the answer does not say when to ask again. */
const defaultWaitSeconds = 5;
const announceEveryMs = 15_000;

export interface FollowedRun {
  readonly run: Run | null;
  readonly error: ApiError | null;
  /** Asks at once. */
  readonly again: () => void;
}

/**
 * Follows a run until it ends: asks as often as the app says, while the page is visible.
 * @param runId null follows nothing
 */
export function useRun(runId: string | null): FollowedRun {
  const [state, setState] = useState<{ readonly run: Run | null; readonly error: ApiError | null }>({
    run: null,
    error: null,
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (runId === null) return;
    const left = new AbortController();
    follow(runId, left.signal, (run, error) => setState((old) => ({ run: run ?? old.run, error }))).catch(
      (error: unknown) => {
        if (!left.signal.aborted) throw error;
      },
    );
    return () => left.abort();
  }, [runId, attempt]);
  const isShown = state.run?.id === runId;
  return { run: isShown ? state.run : null, error: state.error, again: () => setAttempt((count) => count + 1) };
}

async function follow(
  runId: string,
  signal: AbortSignal,
  show: (run: Run | null, error: ApiError | null) => void,
): Promise<void> {
  let announcedAt = Number.NEGATIVE_INFINITY;
  for (let wasRunning = false; ; ) {
    await untilVisible(signal);
    const { answer, retryAfterSeconds } = await poll('run', `runs/${encodeURIComponent(runId)}`, signal).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof ApiError)) throw error;
        // The frame says that the app cannot be reached.
        show(null, error.status === 0 ? null : error);
        // What is wrong with the request stays wrong.
        if (error.status >= 400 && error.status < 500 && error.status !== 429) return noAnswer;
        return { answer: null, retryAfterSeconds: error.retryAfterSeconds };
      },
    );
    if (answer === 'none') return;
    if (answer !== null) {
      show(answer, null);
      if (answer.status !== 'running') {
        if (wasRunning) await runEnded(answer);
        return;
      }
      wasRunning = true;
      if (Date.now() - announcedAt >= announceEveryMs) {
        announcedAt = Date.now();
        announce(progressText(answer));
      }
    }
    await wait(retryAfterSeconds ?? defaultWaitSeconds, signal);
  }
}

const noAnswer = { answer: 'none', retryAfterSeconds: null } as const;

/** How far a run is, in one line. */
function progressText({ progress }: Run): string {
  const { step, subscriptionsDone, subscriptionsTotal, virtualMachines } = progress;
  const name = step === 'done' ? text.steps.report : text.steps[step];
  return text.progress(name, subscriptionsDone, subscriptionsTotal, virtualMachines);
}

async function runEnded(run: Run): Promise<void> {
  announce(text.ended(text.statuses[run.status]));
  await runPublished(run);
}

/** Offers what a run has published. Without an inventory there is nothing on screen that could move. */
export async function runPublished({ status, finishedAt }: Run): Promise<void> {
  if (status !== 'succeeded' || finishedAt === null) return;
  if (newest.value === null) await loadNewest();
  else noticeRun(finishedAt);
}

function untilVisible(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      done.abort();
      resolve();
    };
    const leave = () => {
      done.abort();
      reject(signal.reason);
    };
    document.addEventListener('visibilitychange', look, { signal: done.signal });
    signal.addEventListener('abort', leave, { signal: done.signal });
  });
}

function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
