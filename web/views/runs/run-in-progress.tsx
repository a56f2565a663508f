import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../api/api-error.ts';
import type { Run } from '../../api/types.ts';
import { Failure } from '../../parts/failure.tsx';
import { Time } from '../../parts/time.tsx';
import { toHash } from '../../state/hash.ts';
import { runsText as text } from '../../text/runs.ts';
import { RunProgress } from './run-progress.tsx';
import { useRun } from './use-run.ts';

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

/** Follows the run that is in progress: the one that the user started, or the one of the list. */
export function useRunsNow(listed: readonly Run[]): RunsNow {
  const [started, setStarted] = useState<{ readonly runId: string; readonly isOther: boolean } | null>(null);
  const runId = started?.runId ?? listed.find(({ status }) => status === 'running')?.id ?? null;
  const { run, error, again } = useRun(runId);
  // Newer than the list, which is not read again.
  const seen = useRef(new Map<string, Run>());
  if (run !== null) seen.current.set(run.id, run);
  const all = new Map([...listed.map((one): [string, Run] => [one.id, one]), ...seen.current]);
  const runs = [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return {
    runs,
    running: runs.find(({ id, status }) => id === runId && status === 'running') ?? null,
    isOther: started?.isOther === true,
    error,
    again,
    show: (one, isOther) => setStarted({ runId: one, isOther }),
  };
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
