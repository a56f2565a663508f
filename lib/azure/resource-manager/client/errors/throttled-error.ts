import { InventoryError } from '../../../../errors.ts';

/** Azure kept asking to wait until the budget of a subscription was used up. */
export class ThrottledError extends InventoryError {
  override readonly name = 'ThrottledError';
  constructor(what: string, serverMessage: string | null) {
    super('Throttled', `Azure kept throttling ${what}${serverMessage === null ? '' : `: ${serverMessage}`}`, {
      hint: 'Run again later; INVENTORY_CONCURRENCY lowers the number of requests in flight',
    });
  }
}
