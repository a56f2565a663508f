import type { ReadingEvent, ReadingSink } from '../inventory/reading.ts';

/** Pages that may wait to be written: about 75 kB each, and more than an answer's latency brings. */
const mostWaiting = 128;

/** A sink whose writing waits for the network to be quiet. */
export interface WriteBehind {
  readonly sink: ReadingSink;
  /** Writes all that waits. @throws what a write threw, now or before */
  flush(): void;
  /** Forgets what waits: nothing is written after this. */
  discard(): void;
}

/**
 * Takes what is read at once and writes it, in the same order, while answers are awaited: whoever has an answer at hand sends the
 * next request first. What waits is bounded; beyond that, writing goes first.
 */
export function writeBehind(target: ReadingSink): WriteBehind {
  let events: ReadingEvent[] = [];
  let next = 0;
  let arrived = false;
  let scheduled = false;
  let failure: { readonly error: unknown } | null = null;

  const waiting = (): number => events.length - next;
  const writeOne = (): void => {
    const event = events[next++];
    if (next > mostWaiting) {
      events = events.slice(next);
      next = 0;
    }
    if (event !== undefined) target(event);
  };
  /** One write a turn of the event loop, and none in a turn that brought something new. */
  const turn = (): void => {
    scheduled = false;
    try {
      if (!arrived) writeOne();
      while (waiting() > mostWaiting) writeOne();
    } catch (error) {
      failure ??= { error };
      return;
    }
    arrived = false;
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || waiting() === 0) return;
    scheduled = true;
    setImmediate(turn);
  };
  return {
    sink(event) {
      if (failure !== null) throw failure.error;
      events.push(event);
      arrived = true;
      schedule();
    },
    flush() {
      if (failure !== null) throw failure.error;
      while (waiting() > 0) writeOne();
    },
    discard() {
      events = [];
      next = 0;
    },
  };
}
