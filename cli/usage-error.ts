import { InventoryError } from '../lib/errors.ts';

/** The command line itself is wrong: an option, a value, a name that fits several machines. Exit code 2. */
export class UsageError extends InventoryError {
  override readonly name = 'UsageError';
}
