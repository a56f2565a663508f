import { Failure } from '../../parts/failure.tsx';
import { MoreButton } from '../../parts/rows/more-button.tsx';
import { useMore } from '../../parts/rows/use-more.ts';
import { Verdict } from '../../parts/verdict.tsx';
import { frameText } from '../../text/frame/frame.ts';
import { runsText as text } from '../../text/runs.ts';
import { stateText } from '../../text/states.ts';
import { RunInProgress, useLastRun, useRunsNow } from './run-in-progress.tsx';
import { RunTable } from './run-table.tsx';
import { StartRun } from './start-run.tsx';

/** All runs: the one in progress on top, and a way to start one. */
export function Runs() {
  const list = useMore('runs', 'runs', { maxpagesize: 100 });
  const now = useRunsNow(list.rows, useLastRun().run, list.again);
  const published = now.runs.find(({ status }) => status === 'succeeded');
  return (
    <>
      <h1>{frameText.views.runs}</h1>
      {published !== undefined && (
        <Verdict of={{ ...published, asOf: published.finishedAt ?? published.startedAt }} listsNothing />
      )}
      {list.error !== null && <Failure error={list.error} of="runs" again={list.again} />}
      {list.first === null && list.error === null && <p class="loading">{stateText.loading}</p>}
      <RunInProgress now={now} />
      <StartRun show={now.show} />
      {list.first !== null && (
        <section>
          <h2>{text.allRuns}</h2>
          {now.runs.length === 0 ? <p>{text.empty}</p> : <RunTable runs={now.runs} />}
          <MoreButton list={{ ...list, rows: now.runs }} />
        </section>
      )}
    </>
  );
}
