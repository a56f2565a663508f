import type { Reason } from '../lib/errors.ts';

/** What an activity tells the orchestrator. Counts only: messages stay small, and what was read is in the store. */
export type ActivityOutcome =
  | { readonly outcome: 'done'; readonly counts: Readonly<Record<string, number>> }
  /** The run was cancelled or timed out: there is nothing left to do for it. */
  | { readonly outcome: 'ended' }
  /** Trying again would bring the same. */
  | { readonly outcome: 'failed'; readonly reason: Reason };

/** Reads an outcome as the engine hands it over. @throws {TypeError} it is none */
export function readOutcome(value: unknown): ActivityOutcome {
  const found = isObject(value) ? value : {};
  if (found.outcome === 'ended') return { outcome: 'ended' };
  if (found.outcome === 'done' && isObject(found.counts)) return { outcome: 'done', counts: numbersOf(found.counts) };
  if (found.outcome === 'failed' && isObject(found.reason)) {
    const { code, message, hint } = found.reason;
    const reason = { code: String(code), message: String(message), hint: typeof hint === 'string' ? hint : null };
    return { outcome: 'failed', reason };
  }
  throw new TypeError('An activity returned something that is no outcome');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function numbersOf(counts: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)]));
}
