/**
 * Runs a task for each item, in order, at most `limit` at a time. The first failure aborts the other tasks through
 * their signal. It is thrown when all tasks have ended.
 */
export async function forEachBounded<Item>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  task: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const callerOrFailure = AbortSignal.any([signal, failure.signal]);
  const queue = items.values();
  const work = async (): Promise<void> => {
    try {
      for (const item of queue) {
        callerOrFailure.throwIfAborted();
        await task(item, callerOrFailure);
      }
    } catch (error) {
      failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  callerOrFailure.throwIfAborted();
}
