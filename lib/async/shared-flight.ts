import { untilAborted } from './with-timeout.ts';

/** One piece of work that several callers wait for. */
export interface SharedFlight<T> {
  /** All callers have left, so the work is aborted: do not join it. */
  readonly abandoned: boolean;
  /** Waits for the result, or for the caller's own signal. */
  join(signal: AbortSignal): Promise<T>;
}

/**
 * Starts work for any number of callers. A caller that leaves by its own signal does not disturb the others.
 * @param work gets a signal that is aborted when the last caller has left
 */
export function startSharedFlight<T>(work: (signal: AbortSignal) => Promise<T>): SharedFlight<T> {
  const controller = new AbortController();
  const result = work(controller.signal);
  // Callers get a failure from `join`. Without callers it would end the process as an unhandled rejection.
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
