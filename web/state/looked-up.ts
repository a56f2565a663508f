import { signal } from '@preact/signals';
import { address } from './address.ts';
import { toHash } from './hash.ts';

const storedName = 'vm-identities.lookup';
/** An address with more ids is too long for some programs. */
export const mostInAddress = 40;

/** The ids that are too many for an address. They stay in this tab. */
const stored = signal<readonly string[]>(readStored());

/** The address of the view that looks up ids, at the time on screen. More than 40 ids stay in this tab. */
export function lookupAddress(ids: readonly string[]): string {
  const isLong = ids.length > mostInAddress;
  if (isLong) keep(ids);
  const query = new URLSearchParams(isLong ? [] : ids.map((id) => ['id', id]));
  const asOf = address.value.query.get('asOf');
  if (asOf !== null) query.set('asOf', asOf);
  return toHash('lookup', '', query);
}

/** The ids that the address names, else those that stayed in this tab. */
export function idsToLookUp(): readonly string[] {
  const named = address.value.query.getAll('id');
  return named.length > 0 ? named : stored.value;
}

export function forgetIdsToLookUp(): void {
  keep([]);
}

function keep(ids: readonly string[]): void {
  stored.value = ids;
  try {
    sessionStorage.setItem(storedName, JSON.stringify(ids));
  } catch {
    // 5 MB are some 130,000 ids. More stay until the page is loaded anew, and older ones must not come back then.
    sessionStorage.removeItem(storedName);
  }
}

function readStored(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(globalThis.sessionStorage?.getItem(storedName) ?? '[]');
    return Array.isArray(ids) ? ids.map(String) : [];
  } catch {
    return [];
  }
}
