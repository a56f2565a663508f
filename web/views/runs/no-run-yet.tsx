import { Failure } from '../../parts/failure.tsx';
import { runsText as text } from '../../text/runs.ts';
import { Reason } from './reason.tsx';
import { RunInProgress, useLastRun, useRunsNow } from './run-in-progress.tsx';
import { StartRun } from './start-run.tsx';

/** In place of a view before the first inventory is published: how far it is, or a way to start. */
export function NoRunYet() {
  const { run, error, again } = useLastRun();
  const now = useRunsNow(run === null ? [] : [run], run, again);
  const last = now.runs[0];
  const hasEnded = last !== undefined && last.status !== 'running' && last.status !== 'succeeded';
  return (
    <>
      <h1>{text.notReady.title}</h1>
      {error !== null && <Failure error={error} of="runs" again={again} />}
      <p>{now.running === null ? text.notReady.waiting : text.notReady.running}</p>
      {hasEnded && (
        <>
          <p>
            {text.notReady.lastFailed} {text.statuses[last.status]}.
          </p>
          <Reason of={last} />
        </>
      )}
      <RunInProgress now={now} />
      {now.running === null && <StartRun show={now.show} />}
    </>
  );
}
