import { useState } from 'preact/hooks';
import type { Shown } from '../../api/download.ts';
import type { VirtualMachine } from '../../api/types.ts';
import { DownloadMenu } from '../../parts/download-menu.tsx';
import { EmptyList } from '../../parts/empty-list.tsx';
import { Failure } from '../../parts/failure.tsx';
import { FilterText, filtersOf } from '../../parts/filter-select.tsx';
import { Rows } from '../../parts/rows/rows.tsx';
import { usePages } from '../../parts/rows/use-pages.ts';
import { Verdict } from '../../parts/verdict.tsx';
import { address, go, withQuery } from '../../state/address.ts';
import { prefer, preferences } from '../../state/preferences.ts';
import { shownRun } from '../../state/shown-run.ts';
import { frameText } from '../../text/frame/frame.ts';
import { machinesText as text } from '../../text/machines.ts';
import { count, stateText } from '../../text/states.ts';
import { Facets } from './facets.tsx';
import { machineColumns } from './machine-columns.tsx';

/** All machines: filters on the left, the list on the right. */
export function Machines() {
  const filters = filtersOf(address.value.query);
  const orderBy = address.value.query.get('orderby') ?? 'name';
  const query = { ...filters, orderby: orderBy, asOf: shownRun.value };
  const pages = usePages(query);
  const { hiddenColumns } = preferences.value;
  const columns = machineColumns.filter(({ name }) => name === 'name' || !hiddenColumns.includes(name));
  const { first } = pages;
  return (
    <>
      <h1>{frameText.views.machines}</h1>
      {first !== null && <Verdict of={first} />}
      <div class="with-facets">
        <Facets filters={filters} />
        <section aria-label={text.list}>
          <Toolbar of={pages.busy ? null : first} />
          {pages.error !== null && <Failure error={pages.error} of="virtual-machines" again={pages.again} />}
          {first === null && pages.error === null && <p class="loading">{stateText.loading}</p>}
          {first !== null && (
            <p class="list-count" role="status" aria-busy={pages.busy}>
              {first.complete ? '' : `${stateText.atLeast} `}
              {count(pages.count, text.noun)}
            </p>
          )}
          {first !== null && pages.count === 0 && <EmptyList of={first} />}
          {pages.count > 0 && (
            <Rows<VirtualMachine>
              label={text.list}
              columns={columns}
              count={pages.count}
              rowAt={pages.rowAt}
              idOf={({ id }) => id}
              principalIdOf={({ principalIds }) => principalIds[0]}
              orderBy={orderBy}
              sort={(next) => go(withQuery({ orderby: next }))}
              busy={pages.busy}
              list={pages.list}
              show={pages.show}
            />
          )}
        </section>
      </div>
    </>
  );
}

function Toolbar({ of }: { readonly of: Shown | null }) {
  const { query } = address.value;
  return (
    <div class="toolbar">
      <FilterText name="contains" label={text.contains} />
      <TagFilter />
      <label>
        {text.deleted}{' '}
        <select
          value={query.get('deleted') ?? 'false'}
          onChange={({ currentTarget: { value } }) => go(withQuery({ deleted: value === 'false' ? null : value }))}
        >
          {Object.entries(text.deletedChoices).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <ColumnMenu />
      <DownloadMenu report="virtualMachines" filters={filtersOf(address.value.query)} of={of} />
    </div>
  );
}

/** Tags as NAME or NAME=VALUE. Each has a button that takes it away. */
function TagFilter() {
  const [typed, setTyped] = useState('');
  const tags = address.value.query.getAll('tag');
  const add = (event: Event) => {
    event.preventDefault();
    if (typed.trim() === '') return;
    go(withQuery({ tag: [...tags, typed.trim()] }));
    setTyped('');
  };
  return (
    <form class="tag-filter" onSubmit={add}>
      <label>
        {text.tag}{' '}
        <input
          value={typed}
          placeholder={text.tagPlaceholder}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          aria-label={`${text.removeTag} ${tag}`}
          onClick={() => go(withQuery({ tag: tags.filter((one) => one !== tag) }))}
        >
          <bdi>{tag}</bdi> ×
        </button>
      ))}
    </form>
  );
}

function ColumnMenu() {
  const { hiddenColumns } = preferences.value;
  const toggle = (name: string, shown: boolean) => {
    const others = hiddenColumns.filter((one) => one !== name);
    prefer({ hiddenColumns: shown ? others : [...others, name] });
  };
  return (
    <div class="menu">
      <button type="button" popovertarget="columns">
        {text.columns}
      </button>
      <div id="columns" popover="auto" class="menu-panel">
        {machineColumns
          .filter(({ name }) => name !== 'name')
          .map(({ name, title }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={!hiddenColumns.includes(name)}
                onChange={(event) => toggle(name, event.currentTarget.checked)}
              />{' '}
              {title}
            </label>
          ))}
      </div>
    </div>
  );
}
