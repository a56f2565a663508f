import { setTimeout as wait } from 'node:timers/promises';

/** Time as the policies see it; tests replace it. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  delay(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async delay(milliseconds, signal) {
    try {
      await wait(milliseconds, undefined, { signal });
    } catch (error) {
      // Node rejects with an AbortError of its own.
      signal.throwIfAborted();
      throw error;
    }
  },
};
