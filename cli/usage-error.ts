import { InventoryError } from '../lib/errors.ts';

/** The command line itself is wrong: an option, a value, a name that several machines have. Exit code 2. */
export class UsageError extends InventoryError {
  override readonly name = 'UsageError';
}

/** Several machines have the name. `ids` are theirs, as many as fit on a screen. */
export class AmbiguousNameError extends UsageError {
  readonly ids: readonly string[];
  constructor(machineName: string, count: number, ids: readonly string[]) {
    super('AmbiguousName', `${count} virtual machines have the name ${machineName}`, {
      hint: 'Use one of these ids instead of the name',
    });
    this.ids = ids;
  }
}
