import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { probeImds } from '../../lib/azure/credentials/imds-probe.ts';

test.each([
  ['400, as IMDS answers without its header', 400, 'Required metadata header not specified'],
  ['403, as a proxy may answer', 403, 'Forbidden'],
])('an answer of %s means that IMDS is there', async (_, status, body) => {
  await using server = await startServer(status, body);

  const probe = askFor(server.origin);

  await expect(probe).resolves.toBeUndefined();
});

test('an answer of a container network for an unreachable address does not mean that IMDS is there', async () => {
  await using server = await startServer(
    403,
    'dial tcp 169.254.169.254:80: connect: A socket operation was unreachable',
  );

  const probe = askFor(server.origin);

  await expect(probe).rejects.toMatchObject({ code: 'ManagedIdentityUnavailable' });
});

function askFor(origin: string): Promise<void> {
  return probeImds(
    { source: 'IMDS', endpoint: `${origin}/metadata/identity/oauth2/token`, configured: false },
    { by: 'system' },
    {},
    false,
    {
      resource: 'https://management.azure.com',
      claims: null,
      tenantId: null,
      quick: false,
      signal: new AbortController().signal,
    },
  );
}

async function startServer(status: number, body: string): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
