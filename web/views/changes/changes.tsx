import type { Change } from '../../api/types.ts';
import { DownloadMenu } from '../../parts/download-menu.tsx';
import { EmptyList } from '../../parts/empty-list.tsx';
import { Failure } from '../../parts/failure.tsx';
import { FilterText, filtersOf } from '../../parts/filter-select.tsx';
import { MoreButton } from '../../parts/rows/more-button.tsx';
import { useMore } from '../../parts/rows/use-more.ts';
import { Time } from '../../parts/time.tsx';
import { Verdict } from '../../parts/verdict.tsx';
import { address, go, linkTo, withQuery } from '../../state/address.ts';
import { toHash } from '../../state/hash.ts';
import { newest, shownRun } from '../../state/shown-run.ts';
import { changeGroups, changeKindNames } from '../../text/change-kinds.ts';
import { changesText as text } from '../../text/changes.ts';
import { frameText } from '../../text/frame/frame.ts';
import { filterText } from '../../text/parts/filters.ts';
import { count, stateText } from '../../text/states.ts';
import { ChangeLine } from './change-line.tsx';

/** The order in which the API lists changes for people. */
export const newestFirst = 'runId desc';

/** What changed between two runs, the newest first. */
export function Changes() {
  const { query } = address.value;
  const to = query.get('to') ?? shownRun.value;
  const filters = filtersOf(query);
  const call = { ...filters, to, orderby: newestFirst, maxpagesize: 200 };
  const list = useMore('changes', 'changes', call);
  const { first, rows } = list;
  const from = query.get('from');
  return (
    <>
      <h1>{frameText.views.changes}</h1>
      {first !== null && <Verdict of={first} />}
      <div class="toolbar">
        <RunSelect name="from" label={text.from} />
        <RunSelect name="to" label={text.to} />
        <KindSelect />
        <FilterText name="subscriptionId" label={filterText.subscriptionId} />
        <FilterText name="resourceId" label={text.resourceId} />
        <FilterText name="principalId" label={text.principalId} />
        <FilterText name="caller" label={text.caller} />
        <DownloadMenu report="changes" filters={filters} run={{ to }} of={list.loading ? null : first} />
        {from !== null && to !== null && <a href={toHash('compare', '', { from, to })}>{text.compare}</a>}
      </div>
      {list.error !== null && <Failure error={list.error} of="changes" again={list.again} />}
      {first === null && list.error === null && <p class="loading">{stateText.loading}</p>}
      {first !== null && rows.length === 0 && (
        <>
          {from === null && <p>{text.noneByDefault}</p>}
          <EmptyList of={first} />
        </>
      )}
      <div aria-busy={list.loading && rows.length > 0}>
        {runsOf(rows).map(([runId, changes], index, runs) => (
          <section key={runId}>
            <h2>
              <a href={linkTo('runs', runId)}>
                {stateText.runOf} <Time at={changes[0]?.at ?? ''} />
              </a>{' '}
              <small>
                {first?.complete === true && !(list.hasMore && index === runs.length - 1)
                  ? ''
                  : `${stateText.atLeast} `}
                {count(changes.length, text.noun)}
              </small>
            </h2>
            <ChangeList changes={changes} />
          </section>
        ))}
      </div>
      <MoreButton list={list} />
    </>
  );
}

/** Changes as lines that open to their difference, also on the pages of a machine and a principal. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ul class="changes">
      {changes.map((change, index) => (
        <li
          key={`${change.kind} ${change.resourceId} ${change.principalId} ${index}`}
          data-principal-id={change.principalId}
        >
          <ChangeLine change={change} />
        </li>
      ))}
    </ul>
  );
}

/** The API lists changes run by run. */
function runsOf(changes: readonly Change[]): [string, Change[]][] {
  return [...Map.groupBy(changes, ({ runId }) => runId)];
}

/** One of the last runs, or what the address names. */
function RunSelect({ name, label }: { readonly name: 'from' | 'to'; readonly label: string }) {
  const runs = (newest.value?.runs ?? []).toReversed();
  const value = address.value.query.get(name) ?? '';
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => go(withQuery({ [name]: event.currentTarget.value }))}>
        <option value="">{text.runDefaults[name]}</option>
        {value !== '' && !runs.some(({ runId }) => runId === value) && <option value={value}>{value}</option>}
        {runs.map(({ runId, finishedAt, complete }) => (
          <option key={runId} value={runId}>
            {text.run(finishedAt, complete)}
          </option>
        ))}
      </select>
    </label>
  );
}

function KindSelect() {
  return (
    <label>
      {text.kind}{' '}
      <select
        value={address.value.query.get('kind') ?? ''}
        onChange={(event) => go(withQuery({ kind: event.currentTarget.value }))}
      >
        <option value="">{filterText.any}</option>
        {Object.entries(changeGroups).map(([group, kinds]) => (
          <optgroup key={group} label={group}>
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {changeKindNames[kind]}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
