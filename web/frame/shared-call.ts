import { mode } from '../api/access.ts';
import { apiAddress, type Query } from '../api/client.ts';
import { filtersOf } from '../parts/filter-select.tsx';
import type { Address } from '../state/hash.ts';
import { machineAddress } from '../views/machine/machine-address.ts';

/** The main call of a view, as the API and as the command line have it. */
interface SharedCall {
  readonly path: string;
  readonly query: Query;
  /** `list`, or `show ID`. */
  readonly command: readonly string[];
}

/** @returns null for a view that shows more than one answer */
export function sharedCall({ view, id, query }: Address, run: string | null): SharedCall | null {
  const filters = filtersOf(query);
  const asOf = run;
  switch (view) {
    case 'machines': {
      const orderby = query.get('orderby') ?? 'name';
      if (id === '') return { path: 'virtualMachines', query: { ...filters, orderby, asOf }, command: ['list'] };
      const address = machineAddress(id);
      if (address === null) return null;
      if (address.by === 'list')
        return { path: 'virtualMachines', query: { ...address.query, asOf }, command: ['list'] };
      return { path: address.path, query: { asOf }, command: ['show', id] };
    }
    case 'principals':
      if (id === '') return { path: 'principals', query: { ...filters, asOf }, command: ['principals'] };
      return { path: `principals/${encodeURIComponent(id)}`, query: { asOf }, command: ['principals', id] };
    case 'changes':
      return { path: 'changes', query: { ...filters, to: query.get('to') ?? run }, command: ['changes'] };
    case 'findings':
      return { path: 'findings', query: { ...filters, asOf }, command: ['findings'] };
    case 'coverage': {
      // The API lists blind spots beside the subscriptions, whatever their status.
      const status = query.get('status') === 'blindSpot' ? null : query.get('status');
      return { path: 'subscriptions', query: { status, asOf }, command: ['subscriptions'] };
    }
    default:
      return null;
  }
}

/** The call for a shell, without the key: the reader sets KEY, or TOKEN where people sign in. */
export function curlOf({ path, query }: SharedCall): string {
  const header = mode === 'keys' ? 'x-functions-key: $KEY' : 'authorization: Bearer $TOKEN';
  return `curl -H "${header}" ${quoted(apiAddress(path, query).href)}`;
}

/**
 * The same question to the command line. Its options are named as the filters, with hyphens. Without `--database` it
 * would read a file of the reader's own: the reader sets DATABASE, as the page does not know where the app publishes.
 */
export function commandOf({ query, command }: SharedCall): string {
  const options = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => {
      if (one === null || one === undefined || one === '') return [];
      return [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(one)];
    }),
  );
  return `${['vm-identities', ...command, ...options].map(quoted).join(' ')} --database "$DATABASE"`;
}

/** A word that any POSIX shell takes as it is. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
