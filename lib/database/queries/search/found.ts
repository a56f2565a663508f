import type { AsOf } from '../../../inventory/query.ts';
import type { SearchHit } from '../../../inventory/search.ts';
import type { Database } from '../../database.ts';

/** What is searched for. */
export interface Sought {
  readonly database: Database;
  readonly asOf: AsOf;
  /** Folded. */
  readonly text: string;
  /** The text, if it is a resource id; without a slash at the end. */
  readonly id: string | null;
  /** The text, if it is a GUID or the beginning of one. */
  readonly guid: string | null;
  /** Hits to return of each kind: one more than are shown. */
  readonly most: number;
}

/** How well something fits: it is the text, begins with it, or contains it. */
export type Rank = 0 | 1 | 2;

export interface Found extends Omit<SearchHit, 'exact'> {
  readonly rank: Rank;
}

/** How well a folded value fits; null = not at all. */
export function rankOf(value: string, text: string): Rank | null {
  const at = value.indexOf(text);
  if (at < 0) return null;
  return at > 0 ? 2 : value.length === text.length ? 0 : 1;
}

/** The same in SQL, for a value that contains `$text`. */
export const rankIn = (value: string) =>
  `CASE WHEN ${value} = $text THEN 0 WHEN substr(${value}, 1, length($text)) = $text THEN 1 ELSE 2 END`;

export function toRank(value: number): Rank {
  return value === 0 || value === 1 ? value : 2;
}
