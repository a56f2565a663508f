import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the proxy does with a request: hand it on, answer itself, hand it on and lose the answer (and say so when storage has done
 * it), cut the connection instead, never answer; or stop in the middle of the body, and stay connected or not.
 */
export type Treatment =
  | 'pass'
  | 'loseAnswer'
  | 'cut'
  | 'hold'
  | 'stall'
  | 'breakOff'
  | { readonly status: number; readonly code: string }
  | { readonly unseen: () => void };

export interface BlobProxy extends AsyncDisposable {
  readonly origin: string;
  /** `GET /devstoreaccount1/inventory/latest.json`, … in the order they came. */
  readonly requests: readonly string[];
  /** Asked for each request; `pass` until it is set. */
  treat: (line: string) => Treatment | Promise<Treatment>;
}

/** Stands between a client and Azurite, and does harm. */
export async function startBlobProxy(target: string): Promise<BlobProxy> {
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    const line = `${incoming.method} ${incoming.url}`;
    requests.push(line);
    void serve(line, incoming, response);
  });
  const proxy = { treat: (_line: string): Treatment | Promise<Treatment> => 'pass' };

  async function serve(line: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const treatment = await proxy.treat(line);
    if (treatment === 'cut') {
      response.destroy();
      return;
    }
    if (treatment === 'hold') {
      incoming.resume();
      return;
    }
    if (typeof treatment === 'object' && 'status' in treatment) {
      incoming.resume();
      response.writeHead(treatment.status, { 'x-ms-error-code': treatment.code, 'x-ms-request-id': 'request-1' }).end();
      return;
    }
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
      if (treatment === 'stall' || treatment === 'breakOff') {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
        answer.once('end', () => response.end());
        answer.once('data', (chunk: Buffer) =>
          response.write(chunk.subarray(0, chunk.length / 2), () => {
            answer.destroy();
            if (treatment === 'breakOff') response.destroy();
          }),
        );
        return;
      }
      if (treatment !== 'pass') {
        answer.resume().on('end', () => {
          if (typeof treatment === 'object') treatment.unseen();
          response.destroy();
        });
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    // A client that leaves during its request must leave no connection open.
    incoming.on('close', () => incoming.complete || onward.destroy());
    incoming.pipe(onward);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
