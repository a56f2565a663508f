import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createCertificate } from '../../../local/azure/certificate.ts';
import { listenOnLoopback } from '../../../local/listen.ts';

/** A request that a proxy has seen, and its answer as it was on the wire. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface RecordingProxy extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** In the order of the answers. */
  readonly exchanges: readonly Exchange[];
}

interface ProxyOptions {
  /** Over https, with a certificate that nobody trusts. */
  readonly tls?: boolean;
  /** Answers a request itself and returns null, or returns the headers that the host gets. */
  readonly prepare?: (incoming: IncomingMessage, response: ServerResponse) => IncomingHttpHeaders | null;
}

/** Forwards everything to a host on loopback, with the `Host` that the client sent. */
export async function startProxy(target: string, options: ProxyOptions = {}): Promise<RecordingProxy> {
  const { tls = false, prepare = ({ headers }) => headers } = options;
  const { hostname, port: targetPort } = new URL(target);
  const exchanges: Exchange[] = [];
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url: path = '/' } = incoming;
    const headers = prepare(incoming, response);
    if (headers === null) return;
    const outgoing = request({ hostname, port: targetPort, method, path, headers }, (answer) => {
      const { statusCode: status = 502, rawHeaders } = answer;
      exchanges.push({ method, path, status, headers: answer.headers });
      response.writeHead(status, rawHeaders);
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    outgoing.once('error', () => response.destroy());
    response.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };
  const server = tls ? createTlsServer(await tlsOptions(), handle) : createServer(handle);
  const port = await listenOnLoopback(server, 0);
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    exchanges,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function tlsOptions() {
  const { certificate, privateKey, remove } = await createCertificate();
  await remove();
  return { cert: certificate, key: privateKey };
}
