import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../api/api-error.ts';
import type { Run } from '../../api/types.ts';
import { Failure } from '../../parts/failure.tsx';
import { Time } from '../../parts/time.tsx';
import { toHash } from '../../state/hash.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { runsText as text } from '../../text/runs.ts';
import { RunProgress } from './run-progress.tsx';
import { runPublished, useRun } from './use-run.ts';

interface RunsNow {
  /** The listed runs as they are now, with those that this page started; the newest first. */
  readonly runs: readonly Run[];
  /** The one that runs, or null. */
  readonly running: Run | null;
  /** Someone else started it, when the user wanted to start one. */
  readonly isOther: boolean;
  readonly error: ApiError | null;
  readonly again: () => void;
  /** Follows a run. */
  readonly show: (runId: string, isOther: boolean) => void;
}

/**
 * Follows the run that is in progress, whoever started it.
 * @param last the run that started last
 * @param again reads the list again
 */
export function useRunsNow(listed: readonly Run[], last: Run | null, again: () => void): RunsNow {
  const [started, setStarted] = useState<{ readonly runId: string; readonly isOther: boolean } | null>(null);
  const isListed = last === null || listed.length === 0 || listed.some(({ id }) => id === last.id);
  useEffect(() => {
    if (last === null) return;
    // More than one may have run meanwhile.
    if (!isListed) again();
    void runPublished(last);
  }, [last?.id, last?.status]);
  const known = isListed ? listed : [last, ...listed];
  const isNewest = started !== null && (last === null || started.runId >= last.id);
  const runId = isNewest ? started.runId : (known.find(({ status }) => status === 'running')?.id ?? null);
  const { run, error, again: askAgain } = useRun(runId);
  // Newer than the list, as long as that says that they run.
  const seen = useRef(new Map<string, Run>());
  if (run !== null) seen.current.set(run.id, run);
  const all = new Map(seen.current);
  for (const one of known) if (one.status !== 'running' || !all.has(one.id)) all.set(one.id, one);
  const runs = [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return {
    runs,
    running: runs.find(({ id, status }) => id === runId && status === 'running') ?? null,
    isOther: started?.runId === runId && started?.isOther === true,
    error,
    again: askAgain,
    show: (one, isOther) => setStarted({ runId: one, isOther }),
  };
}

const lookEveryMs = 30_000;

interface LastRun {
  readonly run: Run | null;
  readonly error: ApiError | null;
  readonly again: () => void;
}

/** The run that started last. Asks for one row, every half a minute while the page is visible, and with the focus. */
export function useLastRun(): LastRun {
  const { answer, error, again } = useAnswer('runs', 'runs', { maxpagesize: 1 });
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') again();
    };
    const timer = setInterval(look, lookEveryMs);
    addEventListener('focus', look);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', look);
    };
  }, []);
  return { run: answer?.value[0] ?? null, error, again };
}

/** The run that is in progress, on top of a view. */
export function RunInProgress({ now: { running, isOther, error, again } }: { readonly now: RunsNow }) {
  return (
    <>
      {error !== null && <Failure error={error} of="run" again={again} />}
      {running !== null && (
        <section class="run-now">
          <h2>
            {text.running}:{' '}
            <a href={toHash('runs', running.id)}>
              {text.run} <Time at={running.startedAt} />
            </a>
          </h2>
          {isOther && <p role="status">{text.inProgress}</p>}
          <RunProgress run={running} again={again} />
        </section>
      )}
    </>
  );
}
