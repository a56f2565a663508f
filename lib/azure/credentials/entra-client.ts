import { Agent } from 'node:https';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { withoutByteOrderMark } from '../../json.ts';
import { certificateFaultOf } from '../certificate-fault.ts';
import { createQuietAgent } from '../quiet-agent.ts';

const quietMs = 30_000;
const defaultClient = createDefaultHttpClient();

/**
 * The client for one token of Microsoft Entra ID. The signal ends its requests, because MSAL does not pass one. A
 * connection without traffic breaks, even while a proxy (`HTTPS_PROXY`) opens it.
 * @param onUntrusted called with Node's code when a certificate is not trusted, which MSAL reports as `network_error`
 */
export function entraClient(signal: AbortSignal, onUntrusted: (origin: string, code: string) => void): HttpClient {
  const agent = createQuietAgent(Agent, quietMs);
  return {
    async sendRequest(request) {
      request.agent = agent;
      request.abortSignal = signal;
      try {
        const response = await defaultClient.sendRequest(request);
        return { ...response, bodyAsText: withoutByteOrderMark(response.bodyAsText ?? '') };
      } catch (error) {
        const code = certificateFaultOf(error);
        if (code !== null) onUntrusted(new URL(request.url).origin, code);
        throw error;
      }
    },
  };
}
