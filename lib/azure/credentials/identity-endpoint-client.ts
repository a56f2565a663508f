import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { retryAfterMs } from '../resource-manager/retry-after.ts';
import { expiryOf, type IdentityEndpointAnswer, isRecord, parseJson } from './identity-endpoint-answer.ts';

/** An HTTP client for one attempt, which keeps what the credential in front of it loses. */
export interface IdentityEndpointClient extends HttpClient {
  /** What the last request came to; null before the first. */
  readonly answer: IdentityEndpointAnswer | null;
  /** Where the last request went, without its query; null before the first. */
  readonly endpoint: string | null;
}

const wire = createDefaultHttpClient();

/**
 * The client given to `ManagedIdentityCredential`. It differs from the default one in four ways:
 * - the caller's signal ends the request (the credential takes none);
 * - status, body and error code are kept (the credential reduces them to a sentence);
 * - no proxy is used: identity endpoints are on the host itself, and their header is a secret;
 * - the lifetime is taken out of the answer, so that MSAL's cache, static in the process, never holds a token. See docs/decisions/0001-tokens.md.
 * @param signal ends the attempt: the caller's signal joined with the attempt's own time limit
 */
export function createIdentityEndpointClient(signal: AbortSignal): IdentityEndpointClient {
  let answer: IdentityEndpointAnswer | null = null;
  let endpoint: string | null = null;
  return {
    get answer() {
      return answer;
    },
    get endpoint() {
      return endpoint;
    },
    async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      const url = new URL(request.url);
      endpoint = `${url.origin}${url.pathname}`;
      delete request.agent;
      delete request.proxySettings;
      request.abortSignal = signal;
      const response = await wire.sendRequest(request).catch((error: unknown) => {
        answer = { kind: 'unreachable', errorCode: codeOf(error) };
        throw error;
      });
      const body = response.bodyAsText ?? '';
      const parsed = parseJson(body);
      if (response.status === 200 && isRecord(parsed) && typeof parsed.access_token === 'string') {
        const token = parsed.access_token;
        answer = { kind: 'token', token, expiresOnTimestamp: expiryOf(token, parsed, Date.now()) };
        return { ...response, bodyAsText: JSON.stringify({ ...parsed, expires_on: undefined, expires_in: undefined }) };
      }
      answer = { kind: 'refused', status: response.status, body, retryAfterMs: retryAfterMs(response.headers) };
      return response;
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'Unknown';
}
