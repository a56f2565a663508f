import { InventoryError } from '../errors.ts';

/** More rows than the form of a report can hold. Nothing of it was written. */
export class ReportTooLargeError extends InventoryError {
  override readonly name = 'ReportTooLargeError';
  constructor(message: string, options: { hint: string }) {
    super('ReportTooLarge', message, options);
  }
}
