/**
 * Node's codes for a certificate that it refuses. `UNSPECIFIED`: for a reason without a code of its own, such as a key
 * or a signature that is too weak.
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const codes =
  /^(UNABLE_TO_|CERT_|CRL_|ERROR_IN_(CERT|CRL)_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED)$)/;

/** What to do about a certificate that is not trusted, whatever server has it. */
export const certificateHint =
  'NODE_EXTRA_CA_CERTS must name a file with the certificate authority (PEM) of that server, or of the proxy or firewall that inspects its traffic. If the certificate has expired, or is for another host: check the clock of this host, and the address. UNSPECIFIED: its key or signature may be too weak';

/** Whether an error code of Node says that a certificate is not trusted. A retry does not help. */
export function isCertificateFault(code: string): boolean {
  return codes.test(code);
}

/** Node's code if an error, or what caused it, is a certificate that is not trusted; null for any other failure. */
export function certificateFaultOf(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && isCertificateFault(cause.code)) return cause.code;
  }
  return null;
}
