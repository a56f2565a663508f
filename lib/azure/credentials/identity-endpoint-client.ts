import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { parseJson, withoutByteOrderMark } from '../../json.ts';
import { isObject } from '../json.ts';
import { retryAfterMs } from '../resource-manager/client/retry-after.ts';
import { directClient } from './direct-client.ts';
import { expiryOf, type IdentityEndpointAnswer, noProbeAnswer } from './identity-endpoint-answer.ts';
import { answersProbe } from './imds-probe.ts';
import { isWellKnownImds, withoutQuery } from './managed-identity-host.ts';

/** One attempt at an identity endpoint. It keeps what the credential drops. */
export interface Attempt {
  /** The outcome of the last request; null before the first. */
  answer: IdentityEndpointAnswer | null;
  /** Where the last request went, without its query; null before the first. */
  endpoint: string | null;
  /** How long IMDS may take to respond at its well-known address; null = a variable names it. */
  readonly probeTimeoutMs: number | null;
}

const currentAttempt = new AsyncLocalStorage<{ readonly attempt: Attempt; readonly signal: AbortSignal }>();

/** Runs work whose requests through the client below belong to this attempt and end with this signal. */
export function inAttempt<T>(attempt: Attempt, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return currentAttempt.run({ attempt, signal }, work);
}

/**
 * The client of every `ManagedIdentityCredential`. There is only one, because MSAL keeps the client of the first
 * credential for the whole process; the asynchronous context says which attempt a request belongs to. It differs from
 * {@link directClient}:
 * - The attempt's signal ends the request, because the credential does not pass one.
 * - It keeps status, body and error code, which the credential reduces to a sentence.
 * - It probes IMDS before it sends a request there.
 * - It removes the lifetime from the answer, so that MSAL's static cache never keeps a token. See
 *   docs/decisions/0001-tokens.md.
 * @see https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/7206 that cache and claims challenges
 */
export const identityEndpointClient: HttpClient = {
  async sendRequest(request) {
    const current = currentAttempt.getStore();
    if (current === undefined) return directClient.sendRequest(request);
    const { attempt, signal } = current;
    attempt.endpoint = withoutQuery(request.url);
    request.abortSignal = signal;
    const { probeTimeoutMs } = attempt;
    if (probeTimeoutMs !== null && isWellKnownImds(request.url)) {
      if (!(await answersProbe(attempt.endpoint, AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)])))) {
        attempt.answer = { kind: 'unreachable', errorCode: noProbeAnswer };
        throw new Error(`${attempt.endpoint} does not respond`);
      }
    }
    const response = await directClient.sendRequest(request).catch((error: unknown) => {
      attempt.answer = { kind: 'unreachable', errorCode: codeOf(error) };
      throw error;
    });
    const body = withoutByteOrderMark(response.bodyAsText ?? '');
    const parsed = parseJson(body);
    if (response.status === 200 && isObject(parsed) && typeof parsed.access_token === 'string') {
      const token = parsed.access_token;
      attempt.answer = { kind: 'token', token, expiresOnTimestamp: expiryOf(token, parsed, Date.now()) };
      return { ...response, bodyAsText: JSON.stringify({ ...parsed, expires_on: undefined, expires_in: undefined }) };
    }
    attempt.answer = { kind: 'refused', status: response.status, body, retryAfterMs: retryAfterMs(response.headers) };
    return { ...response, bodyAsText: body };
  },
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'Unknown';
}
