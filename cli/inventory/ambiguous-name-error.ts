import { UsageError } from '../usage-error.ts';

/** The name fits several machines: `ids` are theirs, as many as fit on a screen. */
export class AmbiguousNameError extends UsageError {
  readonly ids: readonly string[];
  constructor(machineName: string, count: number, ids: readonly string[]) {
    super('AmbiguousName', `${count} virtual machines have the name ${machineName}`, {
      hint: 'Use one of these ids instead of the name',
    });
    this.ids = ids;
  }
}
