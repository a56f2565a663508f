import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/api-error.ts';
import { call, type Query } from '../api/client.ts';
import type { Answers, PrincipalOrNeverSeen } from '../api/types.ts';
import { shownRun } from './shown-run.ts';

type Answer = Answers['principals-lookup'];
const mostInCall = 1000;

export interface LookedUp {
  /** One entry for each id so far, in the order of the ids. */
  readonly value: readonly PrincipalOrNeverSeen[];
  /** The last answer, which says what the inventory lacks; null before the first. */
  readonly answer: Answer | null;
  readonly done: boolean;
  readonly error: ApiError | null;
  readonly again: () => void;
}

/** Looks up principal ids and client ids, 1,000 in a call, one call after the other. */
export function useLookup(ids: readonly string[], query: Query): LookedUp {
  const nothing = { value: [], answer: null, done: ids.length === 0, error: null };
  const [state, setState] = useState<Omit<LookedUp, 'again'>>(nothing);
  const [attempt, setAttempt] = useState(0);
  const asOf = shownRun.value;
  const key = `${asOf} ${JSON.stringify(query)} ${ids.join(' ')}`;
  // The key stands for ids and query, which are new objects each time.
  useEffect(() => {
    const ended = new AbortController();
    const ask = async () => {
      setState(nothing);
      const value: PrincipalOrNeverSeen[] = [];
      for (let from = 0; from < ids.length; from += mostInCall) {
        const body = { ids: ids.slice(from, from + mostInCall) };
        const options = { method: 'POST' as const, body, query: { ...query, asOf }, signal: ended.signal };
        const answer = await call('principals-lookup', 'principals/lookup', options);
        value.push(...answer.value);
        setState({ value: [...value], answer, done: value.length === ids.length, error: null });
      }
    };
    ask().catch((error: unknown) => {
      if (ended.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setState((old) => ({ ...old, error }));
    });
    return () => ended.abort();
  }, [key, attempt]);
  return { ...state, again: () => setAttempt((count) => count + 1) };
}
