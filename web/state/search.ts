import { call, type Query } from '../api/client.ts';
import type { Answers } from '../api/types.ts';
import { shownRun } from './shown-run.ts';

/** The API takes no longer text. */
const longestText = 256;

/** The question for what has a text in an id or a name, in the run on screen. */
export function searchQuery(text: string): Query {
  return { q: text.slice(0, longestText), asOf: shownRun.value };
}

/** Asks it. @throws {ApiError} */
export function search(text: string, signal?: AbortSignal): Promise<Answers['search']> {
  return call('search', 'search', { query: searchQuery(text), signal });
}
