import { address, toHash } from './address.ts';

const storedName = 'vm-identities.lookup';
/** An address with more ids is too long for some programs. */
const mostInAddress = 40;

/** The address of the view that looks up ids, at the time on screen. More than 40 ids stay in this tab. */
export function lookupAddress(ids: readonly string[]): string {
  const isLong = ids.length > mostInAddress;
  if (isLong) sessionStorage.setItem(storedName, JSON.stringify(ids));
  const query = new URLSearchParams(isLong ? [] : ids.map((id) => ['id', id]));
  const asOf = address.value.query.get('asOf');
  if (asOf !== null) query.set('asOf', asOf);
  return toHash('lookup', '', query);
}

/** The ids that the address names, else those that stayed in this tab. */
export function idsToLookUp(): readonly string[] {
  const named = address.value.query.getAll('id');
  if (named.length > 0) return named;
  const stored: unknown = JSON.parse(sessionStorage.getItem(storedName) ?? '[]');
  return Array.isArray(stored) ? stored.map(String) : [];
}

export function forgetIdsToLookUp(): void {
  sessionStorage.removeItem(storedName);
}
