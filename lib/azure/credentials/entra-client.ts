import { Agent } from 'node:https';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { breakingWhenQuiet } from '../quiet-agent.ts';

const quietMs = 30_000;
const wire = createDefaultHttpClient();

/**
 * The client for one token of Microsoft Entra ID. Its requests end by this signal, which MSAL does not hand on, and its connections
 * break when they are quiet, also while a proxy (`HTTPS_PROXY`) makes them.
 */
export function entraClient(signal: AbortSignal): HttpClient {
  const connections = new Agent({ keepAlive: true, timeout: quietMs, proxyEnv: process.env });
  const agent = breakingWhenQuiet(connections, quietMs);
  return {
    sendRequest(request) {
      request.agent = agent;
      request.abortSignal = signal;
      return wire.sendRequest(request);
    },
  };
}
