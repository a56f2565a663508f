import { type SharedFlight, startSharedFlight } from './shared-flight.ts';

/** A value that callers share. */
export interface Kept<T> {
  /** Rejects as the work does, or with the caller's own signal. */
  get(signal: AbortSignal): Promise<T>;
  /** Does the work again for the next caller. */
  expire(): void;
}

/**
 * Does work at most once in a time, for any number of callers. A failure is not kept: callers at the same time share it.
 * @param work gets a signal that is aborted when the last caller has left
 */
export function keptFor<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Kept<T> {
  let kept: { readonly value: T; readonly at: number } | null = null;
  let flight: SharedFlight<T> | null = null;

  function start(): SharedFlight<T> {
    const started = startSharedFlight(async (shared) => {
      try {
        const value = await work(shared);
        // What began before the value expired is too old to keep.
        if (flight === started) kept = { value, at: performance.now() };
        return value;
      } finally {
        if (flight === started) flight = null;
      }
    });
    return started;
  }

  return {
    async get(signal) {
      if (kept !== null && performance.now() - kept.at < milliseconds) return kept.value;
      if (flight === null || flight.abandoned) flight = start();
      return flight.join(signal);
    },
    expire() {
      kept = null;
      flight = null;
    },
  };
}
