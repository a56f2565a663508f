import type { Answers } from '../api/types.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { DownloadMenu } from '../parts/download-menu.tsx';
import { EmptyList } from '../parts/empty-list.tsx';
import { Failure } from '../parts/failure.tsx';
import { FilterSelect, FilterText, filtersOf } from '../parts/filter-select.tsx';
import { lastSegment, Name, visible } from '../parts/name.tsx';
import { MoreButton } from '../parts/rows/more-button.tsx';
import { type Column, Rows } from '../parts/rows/rows.tsx';
import { useMore } from '../parts/rows/use-more.ts';
import { Time } from '../parts/time.tsx';
import { Verdict } from '../parts/verdict.tsx';
import { address, linkTo } from '../state/address.ts';
import { shownRun } from '../state/shown-run.ts';
import { frameText } from '../text/frame/frame.ts';
import { filterText } from '../text/parts/filters.ts';
import { principalsText as text } from '../text/principals.ts';
import { stateText } from '../text/states.ts';

type Row = Answers['principals']['value'][number];

const select =
  'principalId,kind,state,identityId,virtualMachineCount,roleAssignmentCount,highestPrivilege,lastSeen' as const;

const columns: readonly Column<Row>[] = [
  {
    name: 'principalIds',
    title: text.titles.principalId,
    cell: ({ principalId }) => (
      <span class="id">
        <a href={linkTo('principals', principalId)} class="mono" data-row-link>
          {principalId}
        </a>
        <CopyButton text={principalId} label={text.copyPrincipalId} />
      </span>
    ),
  },
  {
    name: 'identity',
    title: text.titles.identity,
    cell: ({ identityId, kind }) =>
      identityId === null ? (
        filterText.kinds[kind]
      ) : (
        <span title={visible(identityId)}>
          <Name>{lastSegment(identityId)}</Name>
        </span>
      ),
  },
  { name: 'kind', title: text.titles.kind, cell: ({ kind }) => filterText.kinds[kind] },
  { name: 'state', title: text.titles.state, cell: ({ state }) => filterText.states[state] },
  {
    name: 'virtualMachineCount',
    title: text.titles.virtualMachineCount,
    cell: ({ virtualMachineCount = 0 }) => virtualMachineCount.toLocaleString(),
  },
  {
    name: 'roleAssignmentCount',
    title: text.titles.roleAssignmentCount,
    cell: ({ roleAssignmentCount = 0 }) => roleAssignmentCount.toLocaleString(),
  },
  {
    name: 'highestPrivilege',
    title: text.titles.highestPrivilege,
    cell: ({ highestPrivilege = null }) =>
      highestPrivilege === null ? '' : <span class={`severity ${highestPrivilege}`}>{highestPrivilege}</span>,
  },
  { name: 'lastSeen', title: text.titles.lastSeen, cell: ({ lastSeen }) => <Time at={lastSeen} relative /> },
];

/** Every managed identity. It has no total: counting would read all of them. */
export function Principals() {
  const filters = filtersOf(address.value.query);
  const list = useMore('principals', 'principals', { ...filters, select, asOf: shownRun.value, maxpagesize: 200 });
  const { first, rows } = list;
  return (
    <>
      <h1>{frameText.views.principals}</h1>
      {first !== null && <Verdict of={first} />}
      <div class="toolbar">
        <FilterText name="contains" label={filterText.contains} />
        <FilterSelect name="state" label={filterText.state} choices={filterText.states} />
        <FilterSelect name="kind" label={filterText.kind} choices={filterText.kinds} />
        <FilterText name="subscriptionId" label={filterText.subscriptionId} />
        <DownloadMenu report="principals" filters={filters} of={list.loading ? null : first} />
      </div>
      {list.error !== null && <Failure error={list.error} of="principals" again={list.again} />}
      {first === null && list.error === null && <p class="loading">{stateText.loading}</p>}
      {first !== null && rows.length === 0 && <EmptyList of={first} />}
      {rows.length > 0 && (
        <Rows<Row>
          label={frameText.views.principals}
          columns={columns}
          count={rows.length}
          rowAt={(index) => rows[index] ?? null}
          idOf={({ principalId }) => principalId}
          principalIdOf={({ principalId }) => principalId}
          busy={list.loading}
          hasMore={list.hasMore}
        />
      )}
      <MoreButton list={list} />
    </>
  );
}
