import { guidPattern } from '../../../inventory/commands/azure-id.ts';
import { fold } from '../../../inventory/names/fold.ts';
import type { AsOf } from '../../../inventory/query.ts';
import { type SearchHit, searchKinds } from '../../../inventory/search.ts';
import type { Database } from '../../database.ts';
import type { Found, Sought } from './found.ts';
import { findMachines } from './search-machines.ts';
import { findResourceGroups, findSubscriptions } from './search-places.ts';
import { findIdentities, findPrincipals } from './search-principals.ts';

/** The beginning of a GUID: one group of digits at least. */
const guidStart = /^[0-9a-f]{8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,12})?$/;

interface SearchResult {
  readonly value: readonly SearchHit[];
  /** Some kind has more hits than the limit. */
  readonly truncated: boolean;
}

/**
 * Finds machines, identities and places by their ids and names, in any letter case, up to a run. Exact hits come first,
 * then those that begin with the text, then those that contain it; GUIDs are found from their beginning.
 * @param limit hits of each kind
 */
export function search(database: Database, asOf: AsOf, given: string, limit: number): SearchResult {
  const text = fold(given);
  const id = text.startsWith('/') ? text.replace(/\/$/, '') : null;
  const guid = guidPattern.test(text) || guidStart.test(text) ? text : null;
  const sought: Sought = { database, asOf, text, id, guid, most: limit + 1 };
  const byIndex = [findPrincipals, findSubscriptions].flatMap((find) => find(sought));
  // A whole GUID is one thing: what an index finds at once needs no search through all names.
  const isFound = guidPattern.test(text) && byIndex.some(({ rank }) => rank === 0);
  const others = isFound ? [] : [findMachines, findIdentities, findResourceGroups].flatMap((find) => find(sought));
  const found = [...byIndex, ...others];
  const ofEach = searchKinds.map((kind) => withoutRepetition(found.filter((one) => one.kind === kind)));
  return {
    value: ofEach
      .flatMap((hits) => hits.slice(0, limit))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ rank, ...hit }) => ({ ...hit, exact: rank === 0 })),
    truncated: ofEach.some((hits) => hits.length > limit),
  };
}

/** The best hit of each thing, the best first. */
function withoutRepetition(hits: readonly Found[]): Found[] {
  const best = new Map<string, Found>();
  for (const hit of hits.toSorted((a, b) => a.rank - b.rank)) if (!best.has(hit.id)) best.set(hit.id, hit);
  return [...best.values()];
}
