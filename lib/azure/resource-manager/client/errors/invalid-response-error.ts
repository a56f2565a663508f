import { InventoryError } from '../../../../errors.ts';

/** An answer with a status of success whose body is not what Resource Manager documents. */
export class InvalidResponseError extends InventoryError {
  override readonly name = 'InvalidResponseError';
  /** Asking again may help: the body was cut off. */
  readonly cutOff: boolean;
  constructor(message: string, options: { cutOff?: boolean; cause?: unknown } = {}) {
    super('InvalidResponse', message, {
      hint: 'A proxy or an endpoint other than Resource Manager may have answered; check AZURE_RESOURCE_MANAGER_ENDPOINT',
      cause: options.cause,
    });
    this.cutOff = options.cutOff ?? false;
  }
}
