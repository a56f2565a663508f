import type { Agent } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Makes an agent's connections break when nothing moves on them for a while, in either direction and at any point of an exchange;
 * a tunnel through a proxy has to stand within that time. An agent by itself only tells of a quiet connection, gives one that was
 * idle the time for which servers keep idle ones, and waits without end for the handshake inside a tunnel.
 * @param agent with `timeout: quietMs`
 * @see https://github.com/nodejs/node/blob/v24.x/lib/https.js `establishTunnel`
 */
export function breakingWhenQuiet<AnyAgent extends Agent>(agent: AnyAgent, quietMs: number): AnyAgent {
  const timedOut = (): Error =>
    Object.assign(new Error(`nothing moved for ${quietMs / 1000} s`), { code: 'ETIMEDOUT' });
  const breaking = <Connection extends Duplex | null | undefined>(connection: Connection): Connection => {
    if (connection instanceof Socket) connection.setTimeout(quietMs, () => connection.destroy(timedOut()));
    return connection;
  };

  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    // Begun before Node's own limit for a part of this, whose error is none that is worth another try. The agent hears one of them.
    const limit = setTimeout(() => {
      if (!made || isTheAgents(made)) return;
      made.destroy();
      callback?.(timedOut(), made);
    }, quietMs).unref();
    // A tunnel comes by the callback, what it is made of is returned.
    const made = connect(options, (error, connection) => {
      clearTimeout(limit);
      // no request will ever have it
      if (error) made?.destroy();
      callback?.(error, breaking(connection));
    });
    return breaking(made);
  };

  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    if (socket instanceof Socket) socket.setTimeout(quietMs);
  };
  return agent;
}

/** Whether an agent manages a connection: it has listened for this since it took it. @see https://nodejs.org/api/http.html#class-httpagent */
function isTheAgents(connection: Duplex): boolean {
  return connection.listenerCount('agentRemove') > 0;
}
