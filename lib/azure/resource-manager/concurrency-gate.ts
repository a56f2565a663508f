interface Waiter {
  readonly priority: number;
  readonly order: number;
  readonly enter: () => void;
}

/** Lets at most a fixed number of tasks run; the others wait, larger priority first, then first come first served. */
export interface ConcurrencyGate {
  run<T>(priority: number, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

export function createConcurrencyGate(limit: number): ConcurrencyGate {
  const waiting: Waiter[] = [];
  let running = 0;
  let arrivals = 0;

  async function enter(priority: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (running < limit) {
      running += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { priority, order: arrivals++, enter: resolve };
    insert(waiting, waiter);
    const leaveQueue = () => {
      const at = waiting.indexOf(waiter);
      if (at < 0) return;
      waiting.splice(at, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leaveQueue, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leaveQueue);
    }
  }

  /** The place goes straight to the next in the queue, so that nobody slips in between. */
  function leave(): void {
    const next = waiting.pop();
    if (next === undefined) running -= 1;
    else next.enter();
  }

  return {
    async run(priority, signal, task) {
      await enter(priority, signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}

/** Sorted so that the next one is the last: found by halving, since thousands of subscriptions can wait. */
function insert(waiting: Waiter[], waiter: Waiter): void {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = waiting[middle];
    if (other !== undefined && goesBefore(waiter, other)) low = middle + 1;
    else high = middle;
  }
  waiting.splice(low, 0, waiter);
}

function goesBefore(one: Waiter, other: Waiter): boolean {
  return one.priority === other.priority ? one.order < other.order : one.priority > other.priority;
}
