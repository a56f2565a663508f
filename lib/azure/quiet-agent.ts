import type { Agent, AgentOptions } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Creates a keep-alive agent, behind the proxy of the environment, whose connections break after `quietMs` without data
 * in either direction, at any point of an exchange. A tunnel through a proxy must be ready within that time.
 *
 * Node's agent alone only emits an event for a quiet connection, limits a reused connection by the server's keep-alive
 * time, and waits without limit for the TLS handshake inside a tunnel. Node documents `createConnection` and
 * `reuseSocket` for overriding.
 * @see https://nodejs.org/api/http.html#agentcreateconnectionoptions-callback
 * @see https://github.com/nodejs/node/blob/v24.x/lib/https.js `establishTunnel`
 */
export function createQuietAgent<AnyAgent extends Agent>(
  AgentClass: new (options: AgentOptions) => AnyAgent,
  quietMs: number,
  options: AgentOptions = {},
): AnyAgent {
  const agent = new AgentClass({ keepAlive: true, timeout: quietMs, proxyEnv: process.env, ...options });
  const timedOut = (): Error => Object.assign(new Error(`no data for ${quietMs / 1000} s`), { code: 'ETIMEDOUT' });
  const limit = <Connection extends Duplex | null | undefined>(connection: Connection): Connection => {
    if (connection instanceof Socket) connection.setTimeout(quietMs, () => connection.destroy(timedOut()));
    return connection;
  };

  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (connectOptions, callback) => {
    // Starts before Node's own timer for a part of the tunnel, whose error does not deserve a retry. The agent gets the
    // first error.
    const timer = setTimeout(() => {
      // An agent listens for this event on each connection that it has taken.
      if (!made || made.listenerCount('agentRemove') > 0) return;
      made.destroy();
      callback?.(timedOut(), made);
    }, quietMs).unref();
    // The callback gets the tunnel; the returned connection is the one to the proxy.
    const made = connect(connectOptions, (error, connection) => {
      clearTimeout(timer);
      // No request will use it.
      if (error) made?.destroy();
      callback?.(error, limit(connection));
    });
    return limit(made);
  };

  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    if (socket instanceof Socket) socket.setTimeout(quietMs);
  };
  return agent;
}
