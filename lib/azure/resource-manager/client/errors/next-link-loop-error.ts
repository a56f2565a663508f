import { InventoryError } from '../../../../errors.ts';

/** A list led back to a page that was already read. */
export class NextLinkLoopError extends InventoryError {
  override readonly name = 'NextLinkLoopError';
  constructor(path: string, pages: number) {
    super('NextLinkLoop', `The list ${path} led back to a page already read, after ${pages} pages`, {
      hint: 'Run again; if it stays, report it to Azure support with the request id',
    });
  }
}
