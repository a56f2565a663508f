import { InventoryError } from '../../../errors.ts';

/** Resource Manager answered a request with an error. The code is Azure's, the message is the server's own. */
export class ArmError extends InventoryError {
  override readonly name = 'ArmError';
  /** HTTP status. */
  readonly status: number;
  /** `x-ms-request-id`: what Azure support asks for. */
  readonly requestId: string | null;

  constructor(options: {
    status: number;
    code: string;
    message: string;
    hint: string | null;
    requestId: string | null;
  }) {
    super({ given: options.code }, options.message, { hint: options.hint });
    this.status = options.status;
    this.requestId = options.requestId;
  }
}
