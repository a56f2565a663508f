import { call, type Query } from '../api/client.ts';
import type { Answers } from '../api/types.ts';
import { shownRun } from './shown-run.ts';

const longestText = 256;
const longestId = 1024;

/** How many characters the API takes at most, when a text has more; else null. */
export function limitPassed(text: string): number | null {
  const most = text.startsWith('/') ? longestId : longestText;
  return [...text].length > most ? most : null;
}

/** The question for what has a text in an id or a name, in the run on screen. */
export function searchQuery(text: string): Query {
  return { q: text, asOf: shownRun.value };
}

/** Asks it. @throws {ApiError} */
export function search(text: string, signal?: AbortSignal): Promise<Answers['search']> {
  return call('search', 'search', { query: searchQuery(text), signal });
}
