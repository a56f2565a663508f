import { address, go, withQuery } from '../state/address.ts';
import { rowsText as text } from '../text/parts/rows.ts';
import { filtersOf } from './filter-select.tsx';
import { type Completeness, missingParts } from './verdict.tsx';

/** Says why a list is empty: which filters are on, and what was not read. */
export function EmptyList({ of }: { readonly of: Completeness }) {
  const names = Object.keys(filtersOf(address.value.query));
  const missing = missingParts(of);
  return (
    <section class="notice">
      <p>{missing === '' ? text.empty : text.emptyIncomplete(missing)}</p>
      {names.length > 0 && (
        <p>
          {text.filtersOn}{' '}
          {names.map((name) => (
            <button key={name} type="button" onClick={() => go(withQuery({ [name]: null }))}>
              {text.clear(name)}: <bdi>{address.value.query.getAll(name).join(', ')}</bdi>
            </button>
          ))}
        </p>
      )}
    </section>
  );
}
