import { InventoryError } from '../../errors.ts';

/** `TimedOut`: another deployment's storage account is too slow, or out of reach. */
export function storeTimedOut(what: string, timeoutMs: number, cause: unknown): InventoryError {
  return new InventoryError('TimedOut', `${what} within ${timeoutMs / 1000} s`, {
    hint: "Check the storage account's name, and that this host can reach it through its firewall or private endpoint",
    cause,
  });
}
