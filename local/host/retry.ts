import { setTimeout as wait } from 'node:timers/promises';
import type { RetryContext, RetryOptions } from './core-types.ts';

/**
 * Runs an invocation and, when it fails, again as the function's retry policy says. The host does this, not the app.
 * @throws the last failure, or the abort reason when the host stops during a wait
 * @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Utility.cs
 */
export async function withRetries<T>(
  options: RetryOptions | undefined,
  attempt: (retry: RetryContext | undefined) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (options === undefined) return attempt(undefined);
  let retry: RetryContext | undefined;
  for (let count = 0; ; count += 1) {
    try {
      return await attempt(retry);
    } catch (error) {
      if (options.maxRetryCount >= 0 && count >= options.maxRetryCount) throw error;
      await wait(delayMs(options, count), undefined, { signal });
      retry = { retryCount: count + 1, maxRetryCount: options.maxRetryCount, exception: exceptionOf(error) };
    }
  }
}

/** Exponential: the minimum, then up to twice as much each time (less or more by a fifth, by chance), never above the maximum. */
function delayMs(options: RetryOptions, failures: number): number {
  if (options.retryStrategy === 'fixedDelay') return (options.delayInterval?.seconds ?? 0) * 1000;
  const minimumMs = (options.minimumInterval?.seconds ?? 0) * 1000;
  const maximumMs = (options.maximumInterval?.seconds ?? 0) * 1000;
  const growthMs = minimumMs * (2 ** failures - 1) * (0.8 + Math.random() * 0.4);
  return Math.min(minimumMs + growthMs, maximumMs);
}

function exceptionOf(error: unknown): RetryContext['exception'] {
  return error instanceof Error
    ? { message: error.message, stackTrace: error.stack ?? '', source: '' }
    : { message: String(error), stackTrace: '', source: '' };
}
