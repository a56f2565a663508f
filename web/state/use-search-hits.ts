import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/api-error.ts';
import type { SearchHit } from '../api/types.ts';
import { search } from './search.ts';
import { shownRun } from './shown-run.ts';

export interface SearchHits {
  /** What each id stands for, by the id; null = nothing has it. */
  readonly hits: ReadonlyMap<string, SearchHit | null>;
  readonly error: ApiError | null;
}

/** Finds out what resource ids and VM ids stand for, one call an id. */
export function useSearchHits(ids: readonly string[]): SearchHits {
  const [state, setState] = useState<SearchHits>({ hits: new Map(), error: null });
  const key = `${shownRun.value} ${ids.join(' ')}`;
  // The key stands for the ids, which are a new list each time.
  useEffect(() => {
    const ended = new AbortController();
    const hits = new Map<string, SearchHit | null>();
    const ask = async (id: string) => {
      const { value } = await search(id, ended.signal);
      hits.set(id, value.find(({ exact }) => exact) ?? null);
      if (hits.size % 20 === 0 || hits.size === ids.length) setState({ hits: new Map(hits), error: null });
    };
    setState({ hits: new Map(), error: null });
    Promise.all(ids.map(ask)).catch((error: unknown) => {
      if (ended.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setState({ hits: new Map(hits), error });
    });
    return () => ended.abort();
  }, [key]);
  return state;
}
