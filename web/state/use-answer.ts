import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/api-error.ts';
import { call, type Query } from '../api/client.ts';
import type { Answers } from '../api/types.ts';

/** What a view has of an answer. While another one loads, the old one stays on screen. */
export interface Loaded<Answer> {
  readonly answer: Answer | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly again: () => void;
}

/**
 * Asks the API, and again whenever the call changes. A new call ends the old one.
 * @param name the function that answers
 * @param path below the API; null asks nothing
 */
export function useAnswer<Name extends keyof Answers>(
  name: Name,
  path: string | null,
  query: Query = {},
): Loaded<Answers[Name]> {
  const [state, setState] = useState<Omit<Loaded<Answers[Name]>, 'again'> & { readonly of: string }>({
    answer: null,
    error: null,
    loading: path !== null,
    of: '',
  });
  const [attempt, setAttempt] = useState(0);
  const key = `${path} ${JSON.stringify(query)}`;
  // The key stands for path and query, which are new objects each time.
  useEffect(() => {
    if (path === null) return;
    const ended = new AbortController();
    setState((old) => ({ ...old, error: null, loading: true }));
    call(name, path, { query, signal: ended.signal }).then(
      (answer) => {
        if (!ended.signal.aborted) setState({ answer, error: null, loading: false, of: key });
      },
      (error: unknown) => {
        if (ended.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        // The answer to another question must not stand below the failure of this one.
        setState((old) => ({ ...old, answer: old.of === key ? old.answer : null, error, loading: false }));
      },
    );
    return () => ended.abort();
  }, [key, attempt]);
  const { answer, error, loading } = state;
  return { answer, error, loading, again: () => setAttempt((count) => count + 1) };
}
