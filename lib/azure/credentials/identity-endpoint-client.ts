import { AsyncLocalStorage } from 'node:async_hooks';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { retryAfterMs } from '../resource-manager/client/retry-after.ts';
import { expiryOf, type IdentityEndpointAnswer, isRecord, parseJson } from './identity-endpoint-answer.ts';
import { withoutQuery } from './managed-identity-host.ts';

/** One attempt at an identity endpoint, and what the credential in front of it loses. */
export interface Attempt {
  /** What the last request came to; null before the first. */
  answer: IdentityEndpointAnswer | null;
  /** Where the last request went, without its query; null before the first. */
  endpoint: string | null;
}

const currentAttempt = new AsyncLocalStorage<{ readonly attempt: Attempt; readonly signal: AbortSignal }>();
const wire = createDefaultHttpClient();

/** Runs one attempt: what the client below does for it, it does in its name. */
export function inAttempt<T>(attempt: Attempt, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return currentAttempt.run({ attempt, signal }, work);
}

/**
 * The client given to every `ManagedIdentityCredential`. There is one, because MSAL keeps the client of the first credential for all
 * of the process; whose request it is, it learns from the asynchronous context. It differs from the default client in four ways:
 * - the attempt's signal ends the request (the credential takes none);
 * - status, body and error code are kept (the credential reduces them to a sentence);
 * - no proxy is used: identity endpoints are on the host itself, and their header is a secret;
 * - the lifetime is taken out of the answer, so that MSAL's cache, static in the process, never holds a token. See docs/decisions/0001-tokens.md.
 */
export const identityEndpointClient: HttpClient = {
  async sendRequest(request) {
    delete request.agent;
    delete request.proxySettings;
    const current = currentAttempt.getStore();
    if (current === undefined) return wire.sendRequest(request);
    const { attempt, signal } = current;
    attempt.endpoint = withoutQuery(request.url);
    request.abortSignal = signal;
    const response = await wire.sendRequest(request).catch((error: unknown) => {
      attempt.answer = { kind: 'unreachable', errorCode: codeOf(error) };
      throw error;
    });
    const body = response.bodyAsText ?? '';
    const parsed = parseJson(body);
    if (response.status === 200 && isRecord(parsed) && typeof parsed.access_token === 'string') {
      const token = parsed.access_token;
      attempt.answer = { kind: 'token', token, expiresOnTimestamp: expiryOf(token, parsed, Date.now()) };
      return { ...response, bodyAsText: JSON.stringify({ ...parsed, expires_on: undefined, expires_in: undefined }) };
    }
    attempt.answer = { kind: 'refused', status: response.status, body, retryAfterMs: retryAfterMs(response.headers) };
    return response;
  },
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'Unknown';
}
