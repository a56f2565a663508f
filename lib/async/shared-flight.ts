import { untilAborted } from './with-timeout.ts';

/** One piece of work that several callers wait for. */
export interface SharedFlight<T> {
  /** Its callers have all left: no other should join. */
  readonly abandoned: boolean;
  /** Waits for the result, or for the caller's own signal. The work ends when its last caller has left. */
  join(signal: AbortSignal): Promise<T>;
}

/**
 * Starts work for any number of callers. Each may leave by its own signal without harm to the others.
 * @param work gets a signal that is aborted when no caller is left
 */
export function startSharedFlight<T>(work: (signal: AbortSignal) => Promise<T>): SharedFlight<T> {
  const controller = new AbortController();
  const result = work(controller.signal);
  // callers see the failure through `join`; one that all callers left has nobody to tell
  result.catch(() => undefined);
  let callers = 0;
  return {
    get abandoned() {
      return controller.signal.aborted;
    },
    async join(signal) {
      signal.throwIfAborted();
      callers += 1;
      try {
        return await untilAborted(result, signal);
      } finally {
        callers -= 1;
        if (callers === 0) controller.abort();
      }
    },
  };
}
