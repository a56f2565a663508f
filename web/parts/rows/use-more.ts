import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { call, type Query } from '../../api/client.ts';
import type { Answers } from '../../api/types.ts';

type Name = 'principals' | 'changes' | 'findings' | 'subscriptions' | 'runs';

/** A list that the API gives page after page, as far as it has been read. */
export interface More<Answer> {
  /** The first page, which says how complete the list is; null before it has arrived. */
  readonly first: Answer | null;
  readonly rows: readonly RowOf<Answer>[];
  readonly error: ApiError | null;
  readonly loading: boolean;
  /** There are more rows than those read. */
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly again: () => void;
}
type RowOf<Answer> = Answer extends { readonly value: readonly (infer Row)[] } ? Row : never;

interface State<Answer> {
  readonly key: string;
  readonly pages: readonly Answer[];
  /** Of the last request, and the key of what it requested. */
  readonly error: ApiError | null;
  readonly asked: string;
  readonly loading: boolean;
}

/**
 * Reads a list by its `nextLink`.
 * @param all true: reads all pages at once, one after the other
 */
export function useMore<const N extends Name>(
  name: N,
  path: string,
  query: Query,
  { all = false } = {},
): More<Answers[N]> {
  const key = `${path} ${JSON.stringify(query)}`;
  const [state, setState] = useState<State<Answers[N]>>({
    key: '',
    pages: [],
    error: null,
    asked: key,
    loading: true,
  });
  const [wanted, setWanted] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const isOld = state.key !== key;
  const pages = isOld ? [] : state.pages;
  const next = pages.at(-1)?.nextLink;
  const asks = isOld || pages.length === 0 || (next !== undefined && (all || wanted > pages.length));

  useEffect(() => {
    if (!asks) return;
    const ended = new AbortController();
    setState((old) => ({ ...old, error: null, asked: key, loading: true }));
    const options = next === undefined ? { query } : { query: { ...query, skiptoken: skipTokenOf(next) } };
    call(name, path, { ...options, signal: ended.signal }).then(
      (answer) => {
        if (ended.signal.aborted) return;
        setState({ key, pages: [...pages, answer], error: null, asked: key, loading: false });
      },
      (error: unknown) => {
        if (ended.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        // Without an answer, the old rows stay, even those of another query.
        setState((old) => ({ ...old, ...(error.isRefused ? { key, pages } : {}), error, loading: false }));
      },
    );
    return () => ended.abort();
  }, [key, pages.length, wanted, attempt]);

  const shown = isOld && state.pages.length > 0 ? state.pages : pages;
  return {
    first: shown[0] ?? null,
    rows: shown.flatMap((page) => page.value as readonly RowOf<Answers[N]>[]),
    error: state.asked === key ? state.error : null,
    loading: isOld || state.loading,
    hasMore: next !== undefined,
    more: () => setWanted(pages.length + 1),
    again: () => {
      // The old rows stay until the list has been read anew.
      setState((old) => ({ ...old, key: '' }));
      setAttempt((count) => count + 1);
    },
  };
}

/** The next page comes from this page's own API, wherever the link points. */
function skipTokenOf(nextLink: string): string | null {
  return new URL(nextLink).searchParams.get('skiptoken');
}
