import type { Run } from '../../api/types.ts';
import { Id } from '../../parts/copy-button.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Time } from '../../parts/time.tsx';
import { Verdict } from '../../parts/verdict.tsx';
import { linkTo } from '../../state/address.ts';
import { toHash } from '../../state/hash.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { changeKinds } from '../../text/change-kinds.ts';
import { runsText as text } from '../../text/runs.ts';
import { stateText } from '../../text/states.ts';
import { Reason } from './reason.tsx';
import { RunProgress } from './run-progress.tsx';
import { RunStatus } from './run-table.tsx';
import { took } from './took.ts';
import { useRun } from './use-run.ts';

/** One run: how far it is, or what it read and found. */
export function OneRun({ id }: { readonly id: string }) {
  // In a path, these are folders, even when they are encoded.
  const isFolder = id === '.' || id === '..';
  const { run, error, again } = useRun(isFolder ? null : id);
  return (
    <>
      <p>
        <a href={linkTo('runs')}>{text.allRuns}</a>
      </p>
      <h1>
        {text.run} {run === null ? <code>{id}</code> : <Time at={run.startedAt} />}
      </h1>
      {error !== null && <Failure error={error} of="run" again={again} />}
      {isFolder && <p class="notice">{text.notAnId}</p>}
      {run === null && error === null && !isFolder && <p class="loading">{stateText.loading}</p>}
      {run !== null && (
        <>
          {run.status === 'running' && <RunProgress run={run} again={again} />}
          {run.status === 'succeeded' && run.finishedAt !== null && (
            <Verdict of={{ ...run, asOf: run.finishedAt }} reason={null} runId={run.id} />
          )}
          <Reason of={run} />
          <Facts run={run} />
          {run.status === 'succeeded' && <Found run={run} />}
        </>
      )}
    </>
  );
}

function Facts({ run }: { readonly run: Run }) {
  const { scope, progress, finishedAt } = run;
  return (
    <dl class="facts">
      <Fact label={text.status}>
        <RunStatus run={run} />
      </Fact>
      <Fact label={text.trigger}>{text.triggers[run.trigger]}</Fact>
      <Fact label={text.scope}>{scope === null ? text.scopeAll : <Scope ids={scope} />}</Fact>
      <Fact label={text.finishedAt}>
        {finishedAt === null ? (
          text.notYet
        ) : (
          <>
            <Time at={finishedAt} /> <span class="faint">({text.tookTime(took(run))})</span>
          </>
        )}
      </Fact>
      <Fact label={text.bar}>{text.subscriptionsOf(progress.subscriptionsDone, progress.subscriptionsTotal)}</Fact>
      <Fact label={text.requests}>{progress.requests.toLocaleString()}</Fact>
      {progress.restarts !== undefined && <Fact label={text.restarts}>{progress.restarts.toLocaleString()}</Fact>}
      <Fact label={text.id}>
        <Id>{run.id}</Id>
      </Fact>
    </dl>
  );
}

function Scope({ ids }: { readonly ids: readonly string[] }) {
  return (
    <details>
      <summary>{text.scopeOf(ids.length)}</summary>
      <ul class="plain">
        {ids.map((id) => (
          <li key={id}>
            <Id>{id}</Id>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The counts of a published run, its changes, and the ways to see more. */
function Found({ run }: { readonly run: Run }) {
  const summary = useAnswer('summary', 'summary', { asOf: run.id });
  const previous = summary.answer?.previousRunId ?? null;
  const changes = Object.entries(run.changes);
  return (
    <>
      <h2>{text.changes}</h2>
      {changes.length === 0 && <p>{text.noChanges}</p>}
      <ul class="plain">
        {changes.map(([kind, number]) => (
          <li key={kind}>
            <a href={toHash('changes', '', { to: run.id, kind })}>
              {number.toLocaleString()} {changeKinds[kind] ?? kind}
            </a>
          </li>
        ))}
      </ul>
      <h2>{text.inventory}</h2>
      <dl class="facts">
        <Fact label={text.machines}>{run.virtualMachineCount.toLocaleString()}</Fact>
        <Fact label={text.principals}>{run.principalCount.toLocaleString()}</Fact>
      </dl>
      <ul class="plain">
        <li>
          <a href={toHash('', '', { asOf: run.id })}>{text.show}</a>
        </li>
        {previous !== null && (
          <li>
            <a href={toHash('compare', '', { from: previous, to: run.id })}>{text.compare}</a>
          </li>
        )}
      </ul>
    </>
  );
}
