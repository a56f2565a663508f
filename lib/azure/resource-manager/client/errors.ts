import { InventoryError, NotFoundError, type Reason, toReason } from '../../../errors.ts';
import { certificateFaultOf, certificateHint } from '../../certificate-fault.ts';

/** Resource Manager answered with an error. The code and the message are Azure's. */
export class ArmError extends InventoryError {
  override readonly name = 'ArmError';
  /** HTTP status. */
  readonly status: number;
  /** `x-ms-request-id`, which Azure support needs. */
  readonly requestId: string | null;

  constructor(status: number, { code, message, hint }: Reason, requestId: string | null) {
    super({ given: code }, message, { hint });
    this.status = status;
    this.requestId = requestId;
  }
}

/** These are 404 as well, but whoever sees no subscription or provider knows nothing of the resources there. */
const placeNotVisible: ReadonlySet<string> = new Set([
  'SubscriptionNotFound',
  'InvalidSubscriptionId',
  'InvalidResourceNamespace',
  'InvalidResourceType',
]);

/** Whether the read of a resource by its id proves that it does not exist. Only 404 does. */
export function isAbsence(error: unknown): boolean {
  if (error instanceof NotFoundError) return true;
  return error instanceof ArmError && error.status === 404 && !placeNotVisible.has(error.code);
}

/** No complete answer arrived: the connection was refused, reset, cut off or timed out. */
export class ConnectionError extends InventoryError {
  override readonly name = 'ConnectionError';
  /** A retry may help. */
  readonly transient: boolean;

  constructor(origin: string, cause: unknown) {
    const transient = certificateFaultOf(cause) === null;
    super('ConnectionFailed', `No answer from ${origin}: ${toReason(cause).message}`, {
      hint: transient ? 'Check the network, and HTTPS_PROXY if a proxy is needed' : certificateHint,
      cause,
    });
    this.transient = transient;
  }
}

/** A successful answer whose body is not what Resource Manager documents. */
export class InvalidResponseError extends InventoryError {
  override readonly name = 'InvalidResponseError';
  /** The body was cut off: a retry may help. */
  readonly cutOff: boolean;

  constructor(message: string, options: { cutOff?: boolean; cause?: unknown } = {}) {
    super('InvalidResponse', message, {
      hint: 'A proxy or an endpoint other than Resource Manager may have answered; check AZURE_RESOURCE_MANAGER_ENDPOINT',
      cause: options.cause,
    });
    this.cutOff = options.cutOff ?? false;
  }
}

/** Azure throttled a subscription until its budget of waits was used up. */
export class ThrottledError extends InventoryError {
  override readonly name = 'ThrottledError';

  constructor(path: string, serverMessage: string | null) {
    super('Throttled', `Azure kept throttling ${path}${serverMessage === null ? '' : `: ${serverMessage}`}`, {
      hint: 'Run again later; INVENTORY_CONCURRENCY lowers the number of requests in flight',
    });
  }
}
