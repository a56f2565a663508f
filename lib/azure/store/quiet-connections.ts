import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestPolicyFactory } from '@azure/storage-blob';
import { breakingWhenQuiet } from '../quiet-agent.ts';

/**
 * Sends requests on connections that break when nothing moves on them for a while, in either direction and at any point of an
 * exchange. The Azure SDK by itself waits for ever; a broken connection it knows, and tries again.
 */
export function breakQuietConnections(quietMs: number): RequestPolicyFactory {
  const options = { keepAlive: true, timeout: quietMs, proxyEnv: process.env };
  const secure = breakingWhenQuiet(new HttpsAgent(options), quietMs);
  const plain = breakingWhenQuiet(new HttpAgent(options), quietMs);
  return {
    create: (next) => ({
      sendRequest(request) {
        request.agent = request.url.startsWith('https:') ? secure : plain;
        return next.sendRequest(request);
      },
    }),
  };
}
