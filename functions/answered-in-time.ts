import { untilAborted } from '../lib/async/with-timeout.ts';
import { InventoryError } from '../lib/errors.ts';

/** The engine answers within a second; its client waits for as long as it takes. */
const answerMs = 30_000;

/**
 * Waits for an answer of the engine, for a while. One that comes later is left alone.
 * @throws {InventoryError} `OrchestrationFailed`: none came in time, or before the caller's own end
 */
export async function answeredInTime<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), answerMs);
  const both = AbortSignal.any([signal, limit.signal]);
  try {
    return await untilAborted(answer, both);
  } catch (error) {
    throw error === both.reason ? notAnswered(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function notAnswered(cause: unknown): InventoryError {
  return new InventoryError('OrchestrationFailed', 'The Durable Functions extension does not answer', {
    hint: 'See its log; it needs Blob, Queue and Table roles on AzureWebJobsStorage. The next run begins anew',
    cause,
  });
}
