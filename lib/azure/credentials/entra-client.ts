import { Agent } from 'node:https';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { withoutByteOrderMark } from '../../json.ts';
import { createQuietAgent } from '../quiet-agent.ts';

const quietMs = 30_000;
const defaultClient = createDefaultHttpClient();

/**
 * The client for one token of Microsoft Entra ID. The signal ends its requests, because MSAL does not pass one. A
 * connection without traffic breaks, even while a proxy (`HTTPS_PROXY`) opens it.
 */
export function entraClient(signal: AbortSignal): HttpClient {
  const agent = createQuietAgent(Agent, quietMs);
  return {
    async sendRequest(request) {
      request.agent = agent;
      request.abortSignal = signal;
      const response = await defaultClient.sendRequest(request);
      return { ...response, bodyAsText: withoutByteOrderMark(response.bodyAsText ?? '') };
    },
  };
}
