import type { Container } from './container.ts';
import { storageError } from './storage-error.ts';

/** Runs one operation on the container; what fails comes out as an InventoryError that says what was tried. */
export async function attempt<T>(
  container: Container,
  what: string,
  signal: AbortSignal,
  operation: () => Promise<T>,
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    signal.throwIfAborted();
    throw storageError(error, what, container);
  }
}
