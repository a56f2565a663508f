import { useState } from 'preact/hooks';
import { saveBlob } from '../../api/download.ts';
import type { Answers } from '../../api/types.ts';
import { PrivilegeMark } from '../../parts/access/roles-table.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { csvOf } from '../../parts/csv.ts';
import { Icon } from '../../parts/icon.tsx';
import { Name, visible } from '../../parts/name.tsx';
import { type Column, Rows } from '../../parts/rows/rows.tsx';
import { viewOf } from '../../pasted/pasted.ts';
import { linkTo } from '../../state/address.ts';
import { searchText } from '../../text/frame/search.ts';
import { lookupText as text } from '../../text/lookup.ts';
import { accessText } from '../../text/parts/access.ts';
import { filterText } from '../../text/parts/filters.ts';
import { NeverSeenText } from '../principal/never-seen.tsx';
import { cellsOf, type LookupRow, whose } from './lookup-rows.ts';

type Known = Extract<LookupRow, { readonly is: 'principal' | 'other' }>;

const columns: readonly Column<Known>[] = [
  {
    name: 'principalIds',
    title: text.id,
    cell: ({ id }) => (
      <a href={linkTo(viewOf(id), id)} class="mono" data-row-link>
        <Name>{id}</Name>
      </a>
    ),
  },
  { name: 'whose', title: text.whose, cell: (row) => <Whose row={row} /> },
  {
    name: 'state',
    title: text.state,
    cell: (row) => (row.is === 'principal' ? filterText.states[row.principal.state] : row.hit.detail),
  },
  { name: 'machines', title: text.machines, cell: (row) => (row.is === 'principal' ? <MachinesCell row={row} /> : '') },
  {
    name: 'roles',
    title: text.roles,
    cell: (row) =>
      row.is === 'principal' && (
        <>
          {row.principal.roleAssignmentCount?.toLocaleString()}{' '}
          {row.principal.highestPrivilege != null && <PrivilegeMark of={row.principal.highestPrivilege} />}
        </>
      ),
  },
];

interface LookupResultsProps {
  readonly rows: readonly LookupRow[];
  readonly answer: Answers['principals-lookup'] | null;
  readonly mayBeVmIds: boolean;
}

/** The known ids in their order, and apart from them the ids that no run saw. */
export function LookupResults({ rows, answer, mayBeVmIds }: LookupResultsProps) {
  const known = rows.filter((row) => row.is === 'principal' || row.is === 'other');
  const never = rows.filter(({ is }) => is === 'neverSeen').map(({ id }) => id);
  const tabbed = () =>
    cellsOf(rows)
      .map((cells) => cells.map(oneLine).join('\t'))
      .join('\n');
  const save = () => {
    const suffix = answer?.complete === false ? '-INCOMPLETE' : '';
    saveBlob(new Blob([csvOf(cellsOf(rows))], { type: 'text/csv' }), `lookup${suffix}.csv`);
  };
  return (
    <>
      <h2>{text.results}</h2>
      <p class="toolbar">
        <button type="button" onClick={save}>
          <Icon name="download" /> {text.csv}
        </button>
        <span>
          {text.copy} <CopyButton text={tabbed()} label={text.copy} />
        </span>
      </p>
      {known.length > 0 && (
        <>
          <p class="access-coverage">
            <Icon name="incomplete" /> {accessText.groupsNotRead}
          </p>
          <Rows
            label={text.results}
            columns={columns}
            count={known.length}
            rowAt={(index) => known[index] ?? null}
            idOf={({ id }) => id}
            principalIdOf={(row) => (row.is === 'principal' ? row.principal.principalId : undefined)}
            busy={rows.some(({ is }) => is === 'pending')}
          />
        </>
      )}
      {never.length > 0 && answer !== null && (
        <section class="notice">
          <h2>
            <Icon name="search" /> {text.neverSeenTitle(never.length)}
          </h2>
          <NeverSeenText of={answer} isOne={never.length === 1} />
          {mayBeVmIds && <p>{text.vmIds}</p>}
          <NeverSeenIds ids={never} />
        </section>
      )}
    </>
  );
}

const idsAtFirst = 100;

function NeverSeenIds({ ids }: { readonly ids: readonly string[] }) {
  const [shown, setShown] = useState(idsAtFirst);
  return (
    <>
      <ul class="never-seen-ids">
        {ids.slice(0, shown).map((id) => (
          <li key={id}>
            <a href={linkTo(viewOf(id), id)} class="mono">
              <Name>{id}</Name>
            </a>
          </li>
        ))}
      </ul>
      {shown < ids.length && (
        <button type="button" onClick={() => setShown(shown + 1000)}>
          {text.more(ids.length - shown)}
        </button>
      )}
    </>
  );
}

function Whose({ row }: { readonly row: Known }) {
  if (row.is === 'principal') return <Name>{whose(row.principal)}</Name>;
  const { kind, label, match } = row.hit;
  return (
    <>
      {searchText.kinds[kind]}: <Name>{label}</Name> ({searchText.matches[match]})
    </>
  );
}

/** One machine and how many more there are: the lines of a row have no room for three. */
function MachinesCell({ row: { principal } }: { readonly row: Extract<Known, { readonly is: 'principal' }> }) {
  const { virtualMachines, virtualMachineCount } = principal;
  const now = virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  const shown = now.slice(0, 1);
  const rest = virtualMachineCount - shown.length;
  if (virtualMachineCount === 0) return <span class="faint">{text.noneNow}</span>;
  return (
    <span title={now.map(({ name }) => visible(name)).join(', ')}>
      {shown.map(({ id, name }) => (
        <a key={id} href={linkTo('machines', id)}>
          <Name>{name}</Name>
        </a>
      ))}
      {rest > 0 && ` ${text.and(rest)}`}
    </span>
  );
}

function oneLine(cell: string | number | null): string {
  return String(cell ?? '').replaceAll(/[\t\r\n]+/g, ' ');
}
