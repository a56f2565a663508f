interface Waiter {
  readonly priority: number;
  readonly order: number;
  readonly enter: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Lets at most a fixed number of tasks run; the others wait, larger priority first, then first come first served. */
export interface ConcurrencyGate {
  run<T>(priority: number, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

export function createConcurrencyGate(limit: number): ConcurrencyGate {
  const waiting: Waiter[] = [];
  const bySignal = createAbortGroups((waiter) => {
    // one that has been let in and does not know yet keeps its place: its task looks at the signal itself
    const at = waiting.indexOf(waiter);
    if (at >= 0) waiting.splice(at, 1);
  });
  let running = 0;
  let arrivals = 0;

  async function enter(priority: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (running < limit) {
      running += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { priority, order: arrivals++, enter: resolve, refuse: reject };
    insert(waiting, waiter);
    bySignal.add(signal, waiter);
    await promise;
    bySignal.remove(signal, waiter);
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

/**
 * One listener per signal, however many wait under it: removing one of hundreds of listeners from a signal looks at each of them.
 * @param leaveQueue takes a waiter whose signal was aborted out of the queue
 */
function createAbortGroups(leaveQueue: (waiter: Waiter) => void) {
  const groups = new Map<AbortSignal, { readonly waiters: Set<Waiter>; readonly onAbort: () => void }>();
  const newGroup = (signal: AbortSignal) => {
    const waiters = new Set<Waiter>();
    const onAbort = (): void => {
      groups.delete(signal);
      for (const waiter of waiters) {
        leaveQueue(waiter);
        waiter.refuse(signal.reason);
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    groups.set(signal, { waiters, onAbort });
    return { waiters };
  };
  return {
    add(signal: AbortSignal, waiter: Waiter): void {
      (groups.get(signal) ?? newGroup(signal)).waiters.add(waiter);
    },
    remove(signal: AbortSignal, waiter: Waiter): void {
      const group = groups.get(signal);
      group?.waiters.delete(waiter);
      if (group === undefined || group.waiters.size > 0) return;
      groups.delete(signal);
      signal.removeEventListener('abort', group.onAbort);
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
