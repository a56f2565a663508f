/**
 * Awaits work for at most `timeoutMs`.
 * @param work a promise that ignores AbortSignal, awaited as {@link untilAborted} does; or a function that obeys the
 *   signal it gets, awaited until it has stopped
 * @param onTimeout gives the result in place of the work's, or throws
 * @throws the signal's reason
 */
export async function withTimeout<T>(
  work: Promise<T> | ((signal: AbortSignal) => Promise<T>),
  timeoutMs: number,
  signal: AbortSignal,
  onTimeout: (cause: unknown) => T,
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const limited = AbortSignal.any([signal, timeout.signal]);
  try {
    return await (typeof work === 'function' ? work(limited) : untilAborted(work, limited));
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.signal.aborted) return onTimeout(error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Awaits a promise that ignores AbortSignal; rejects on abort. The promise keeps running.
 * @throws the signal's reason
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const reject = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', reject, { once: true });
  if (signal.aborted) reject();
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', reject);
  }
}
