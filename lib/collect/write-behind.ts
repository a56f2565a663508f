import type { ReadingEvent, ReadingSink } from '../inventory/reading.ts';

/** Pages that may wait: more would become old, see `Pages`, and a run would not be faster (measured with 0 to 128). */
const mostWaiting = 16;
/** Rows of these pages: a page of 1,000 machines counts as much as 20 of the usual ones. */
const mostWaitingRows = mostWaiting * 50;

/**
 * A sink that delays writing until the network is quiet. Takes events at once and writes them, in the same order, while
 * responses are awaited: a caller that has a response sends the next request first. The number of waiting events and
 * of their rows is bounded; above it, writing goes first.
 */
export function writeBehind(target: ReadingSink) {
  const events: ReadingEvent[] = [];
  let rows = 0;
  let arrived = false;
  let scheduled = false;
  let failure: { readonly error: unknown } | null = null;

  const writeOne = (): void => {
    const event = events.shift();
    if (event === undefined) return;
    rows -= rowsOf(event);
    target(event);
  };
  /** Writes one event per turn of the event loop, and none in a turn that brought a new one. */
  const turn = (): void => {
    scheduled = false;
    try {
      if (!arrived) writeOne();
      while (events.length > mostWaiting || rows > mostWaitingRows) writeOne();
    } catch (error) {
      failure ??= { error };
      return;
    }
    arrived = false;
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || events.length === 0) return;
    scheduled = true;
    setImmediate(turn);
  };
  return {
    sink(event: ReadingEvent): void {
      if (failure !== null) throw failure.error;
      events.push(event);
      rows += rowsOf(event);
      arrived = true;
      schedule();
    },
    /** Writes all waiting events. @throws what a write threw, now or before */
    flush(): void {
      if (failure !== null) throw failure.error;
      while (events.length > 0) writeOne();
    },
    /** Drops the waiting events: nothing is written after this. */
    discard(): void {
      events.length = 0;
    },
  };
}

function rowsOf(event: ReadingEvent): number {
  return 'rows' in event ? event.rows.length : 0;
}
