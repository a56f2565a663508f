import { signal } from '@preact/signals';
import { type Address, parseAddress, toHash, type View } from './hash.ts';

/** The address on screen. */
export const address = signal<Address>(parseAddress(location.hash));

export function followBrowser(): void {
  const read = () => {
    address.value = parseAddress(location.hash);
  };
  addEventListener('hashchange', read);
  addEventListener('popstate', read);
  read();
}

/** Goes to an address. A choice makes a new entry of the history; typing replaces the entry. */
export function go(hash: string, { replace = false } = {}): void {
  if (hash === location.hash) return;
  if (replace) history.replaceState(history.state, '', hash);
  else history.pushState(null, '', hash);
  address.value = parseAddress(hash);
}

/** The hash of this view with other values. Null removes a name; an array sets it several times. */
export function withQuery(changes: Readonly<Record<string, string | readonly string[] | null>>): string {
  const { view, id, query } = address.value;
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of value === null ? [] : [value].flat()) if (one !== '') next.append(name, one);
  }
  return toHash(view, id, next);
}

/** A link to another view, at the same time: `asOf` stays. */
export function linkTo(view: View, id = '', query: Readonly<Record<string, string>> = {}): string {
  const asOf = address.value.query.get('asOf');
  return toHash(view, id, asOf === null ? query : { ...query, asOf });
}
