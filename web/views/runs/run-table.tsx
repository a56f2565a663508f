import type { Run } from '../../api/types.ts';
import { Icon } from '../../parts/icon.tsx';
import { Time } from '../../parts/time.tsx';
import { missingParts } from '../../parts/verdict.tsx';
import { toHash } from '../../state/hash.ts';
import { runsText as text } from '../../text/runs.ts';
import { took } from './took.ts';

/** Runs, the newest first. */
export function RunTable({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <table class="run-table cards">
      <thead>
        <tr>
          <th scope="col">{text.startedAt}</th>
          <th scope="col">{text.status}</th>
          <th scope="col">{text.completeness}</th>
          <th scope="col" class="number">
            {text.machines}
          </th>
          <th scope="col" class="number">
            {text.principals}
          </th>
          <th scope="col" class="number">
            {text.changes}
          </th>
          <th scope="col">{text.scope}</th>
          <th scope="col">{text.trigger}</th>
          <th scope="col">{text.duration}</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ run }: { readonly run: Run }) {
  const { id, startedAt, status, scope, trigger, virtualMachineCount, principalCount, changes } = run;
  const isPublished = status === 'succeeded';
  const number = (value: number) => (isPublished ? value.toLocaleString() : '');
  const changed = Object.values(changes).reduce((sum, one) => sum + one, 0);
  return (
    <tr>
      <td data-title={text.startedAt}>
        <a href={toHash('runs', id)} data-row-link>
          <Time at={startedAt} />
        </a>
      </td>
      <td data-title={text.status}>
        <RunStatus run={run} />
      </td>
      <td data-title={text.completeness}>{isPublished && <RunCompleteness run={run} />}</td>
      <td data-title={text.machines} class="number">
        {number(virtualMachineCount)}
      </td>
      <td data-title={text.principals} class="number">
        {number(principalCount)}
      </td>
      <td data-title={text.changes} class="number">
        {number(changed)}
      </td>
      <td data-title={text.scope}>{scope === null ? text.scopeAll : text.scopeOf(scope.length)}</td>
      <td data-title={text.trigger}>{text.triggers[trigger]}</td>
      <td data-title={text.duration}>{took(run)}</td>
    </tr>
  );
}

/** The status in words, and why a run did not succeed. */
export function RunStatus({ run: { status, reason } }: { readonly run: Run }) {
  const bad = status === 'failed' || status === 'timedOut';
  return (
    <span class={`run-status ${status}`}>
      {bad && <Icon name="failed" />} {text.statuses[status]}
      {reason !== null && <span class="faint"> {reason.code}</span>}
    </span>
  );
}

function RunCompleteness({ run }: { readonly run: Run }) {
  const missing = missingParts(run);
  if (missing === '') {
    return (
      <span class="complete-mark">
        <Icon name="complete" /> {text.complete}
      </span>
    );
  }
  return (
    <span class="incomplete-mark">
      <Icon name="incomplete" /> {text.notComplete}
      <span class="faint">: {missing}</span>
    </span>
  );
}
