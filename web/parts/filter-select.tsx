import { signal } from '@preact/signals';
import { address, go, withQuery } from '../state/address.ts';
import { filterText } from '../text/parts/filters.ts';

/** The filter whose value the app refuses, or null. */
export const refusedFilter = signal<string | null>(null);
/** Id of the element that says why. */
export const refusalId = 'refusal';

interface FilterSelectProps {
  /** The API's name of the filter. */
  readonly name: string;
  readonly label: string;
  /** Values and what they are called. */
  readonly choices: Readonly<Record<string, string>>;
}

/** One filter of the address, as a choice. The first choice is none. */
export function FilterSelect({ name, label, choices }: FilterSelectProps) {
  const value = address.value.query.get(name) ?? '';
  const isRefused = refusedFilter.value === name;
  return (
    <label>
      {label}{' '}
      <select
        value={value}
        aria-invalid={isRefused}
        aria-describedby={isRefused ? refusalId : undefined}
        onChange={(event) => go(withQuery({ [name]: event.currentTarget.value }))}
      >
        <option value="">{filterText.any}</option>
        {value !== '' && !Object.hasOwn(choices, value) && <option value={value}>{value}</option>}
        {Object.entries(choices).map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** One filter of the address, as text. Typing replaces the entry of the history. */
export function FilterText({ name, label }: Omit<FilterSelectProps, 'choices'>) {
  const isRefused = refusedFilter.value === name;
  return (
    <label>
      {label}{' '}
      <input
        type="search"
        value={address.value.query.get(name) ?? ''}
        aria-invalid={isRefused}
        aria-describedby={isRefused ? refusalId : undefined}
        onInput={(event) => go(withQuery({ [name]: event.currentTarget.value.trim() }), { replace: true })}
      />
    </label>
  );
}

/** The filters of the address, as a list takes them: without the run and the order. */
export function filtersOf(query: URLSearchParams): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(query.keys())].filter((name) => name !== 'asOf' && name !== 'orderby');
  return Object.fromEntries(names.map((name) => [name, name === 'tag' ? query.getAll(name) : (query.get(name) ?? '')]));
}
