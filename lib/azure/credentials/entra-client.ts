import { Agent } from 'node:https';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { createQuietAgent } from '../quiet-agent.ts';

const wire = createDefaultHttpClient();

/** The client for one token of Microsoft Entra ID. Its requests end with the signal, which MSAL does not pass on. */
export function entraClient(signal: AbortSignal): HttpClient {
  const agent = createQuietAgent(Agent, 30_000);
  return {
    sendRequest(request) {
      request.agent = agent;
      request.abortSignal = signal;
      return wire.sendRequest(request);
    },
  };
}
