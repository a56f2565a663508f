import type { Clock } from '../../lib/async/clock.ts';

/** Time that jumps to the end of the next wait whenever nothing is left to do. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done. @throws {Error} the work waits for something else than this clock */
  run<T>(work: Promise<T>): Promise<T>;
}

interface Wait {
  readonly until: number;
  /** Waits that end at the same time end in the order they began. */
  readonly order: number;
  readonly end: () => void;
}

/** For programs that wait for nothing but this clock: no sockets, files or timers. A wait knows no abort once it has begun. */
export function createVirtualClock(): VirtualClock {
  const waits: Wait[] = [];
  let time = 0;
  let order = 0;
  return {
    now: () => time,
    async delay(milliseconds, signal) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      insert(waits, { until: time + Math.max(0, milliseconds), order: order++, end: resolve });
      await promise;
    },
    async run(work) {
      let done = false;
      const settled = work.finally(() => {
        done = true;
      });
      for (;;) {
        // Everything that needs no time is done before this returns.
        await new Promise(setImmediate);
        if (done) return settled;
        const next = removeFirst(waits);
        if (next === undefined) throw new Error('The work waits for something else than the virtual clock');
        time = next.until;
        next.end();
      }
    },
  };
}

/** Into a binary heap, the first to end at its root. */
function insert(heap: Wait[], wait: Wait): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >>> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, wait)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = wait;
}

function removeFirst(heap: Wait[]): Wait | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (isBefore(last, child)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
  return first;
}

function isBefore(one: Wait, other: Wait): boolean {
  return one.until === other.until ? one.order < other.order : one.until < other.until;
}
