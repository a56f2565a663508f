import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestPolicyFactory } from '@azure/storage-blob';

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

/** An agent by itself only tells of a quiet connection; and one that was idle, it gives the time for which servers keep idle ones. */
function breakingWhenQuiet<AnyAgent extends HttpAgent>(agent: AnyAgent, quietMs: number): AnyAgent {
  const breaking = <Connection extends Duplex | null | undefined>(connection: Connection): Connection => {
    if (connection instanceof Socket) {
      const timedOut = Object.assign(new Error(`nothing moved for ${quietMs / 1000} s`), { code: 'ETIMEDOUT' });
      connection.setTimeout(quietMs, () => connection.destroy(timedOut));
    }
    return connection;
  };
  const connect = agent.createConnection.bind(agent);
  // through a proxy, the connection comes by the callback
  agent.createConnection = (options, callback) =>
    breaking(connect(options, (error, connection) => callback?.(error, breaking(connection))));
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    if (socket instanceof Socket) socket.setTimeout(quietMs);
  };
  return agent;
}
