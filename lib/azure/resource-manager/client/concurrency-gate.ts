interface Waiter {
  readonly priority: number;
  readonly order: number;
  readonly enter: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Runs a limited number of tasks at a time. The others wait: larger priority first, then in order of arrival. */
export interface ConcurrencyGate {
  run<T>(priority: number, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

export function createConcurrencyGate(limit: number): ConcurrencyGate {
  const waiting: Waiter[] = [];
  const bySignal = createAbortGroups((waiter) => {
    // A waiter that has just entered is no longer in the queue; its task checks the signal itself.
    const index = waiting.indexOf(waiter);
    if (index >= 0) waiting.splice(index, 1);
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

  /** Passes the place directly to the next in the queue, so that no newcomer can take it. */
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
 * One listener per signal, however many waiters share it: removing one of hundreds of listeners from a signal searches
 * them all.
 * @param leaveQueue removes a waiter whose signal was aborted from the queue
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

/** Keeps the next waiter last. A binary search, because thousands of subscriptions can wait. */
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
