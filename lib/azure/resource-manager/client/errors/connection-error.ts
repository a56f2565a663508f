import { InventoryError } from '../../../../errors.ts';

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|ERR_TLS/;

/** No whole answer came: refused, reset, cut off or timed out. */
export class ConnectionError extends InventoryError {
  override readonly name = 'ConnectionError';
  /** Asking again may help. */
  readonly transient: boolean;
  constructor(origin: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const transient = !certificateCodes.test(code);
    super('ConnectionFailed', `No answer from ${origin}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: transient
        ? 'Check the network, and HTTPS_PROXY where a proxy is needed'
        : 'Its certificate is not trusted: name the authority in NODE_EXTRA_CA_CERTS',
      cause,
    });
    this.transient = transient;
  }
}
