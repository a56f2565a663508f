import { setTimeout as wait } from 'node:timers/promises';

/** Time as the policies see it. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Ends at once with the signal's reason when it is aborted. */
  delay(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async delay(milliseconds, signal) {
    try {
      await wait(milliseconds, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
