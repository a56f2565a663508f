import { InventoryError } from '../errors.ts';

/**
 * Does something that waits for others, for so long and no longer.
 * @param what is waited for, for the message
 * @throws {InventoryError} `TimedOut`
 * @throws the signal's reason
 */
export async function within<T>(
  limitMs: number,
  what: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await work(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw new InventoryError('TimedOut', `Waited ${limitMs / 1000} s for ${what}, in vain`, {
      hint: 'Check that this host may reach the storage account: its firewall, its private endpoint, the name',
      cause: error,
    });
  }
}
