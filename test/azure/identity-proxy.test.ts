import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startIdentityEndpoint } from './fixtures/identity-endpoint.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';

/** A proxy on loopback that breaks every connection, and counts them. */
async function startBreakingProxy() {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    variables: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url },
    connections: () => connections,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

test.each<[string, (origin: string) => Record<string, string>]>([
  ['App Service', (origin) => ({ IDENTITY_ENDPOINT: `${origin}/msi/token`, IDENTITY_HEADER: 'header' })],
  ['Machine Learning', (origin) => ({ MSI_ENDPOINT: `${origin}/msi`, MSI_SECRET: 'secret' })],
  ['Cloud Shell', (origin) => ({ MSI_ENDPOINT: `${origin}/oauth2/token` })],
  ['Azure Arc', (origin) => ({ IDENTITY_ENDPOINT: `${origin}/arc`, IMDS_ENDPOINT: origin })],
  ['IMDS', (origin) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: origin })],
])('The endpoint of %s is never reached through a proxy', async (_source, variables) => {
  await using proxy = await startBreakingProxy();
  await using endpoint = await startIdentityEndpoint();
  await using process = startTokenProcess({
    FUNCTIONS_WORKER_RUNTIME: 'node',
    ...variables(endpoint.origin),
    ...proxy.variables,
  });

  const answer = await process.ask();

  expect(answer).toMatchObject({ errors: [] });
  expect(proxy.connections()).toBe(0);
});

test.each([{ AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential' }, { FUNCTIONS_WORKER_RUNTIME: 'node' }])(
  'IMDS at its well-known address is never looked for through a proxy: %j',
  async (environment) => {
    await using proxy = await startBreakingProxy();
    await using process = startTokenProcess({ ...environment, ...proxy.variables });

    const answer = await process.ask();

    expect(answer.source).toBe('IMDS');
    expect(answer.errors).toMatchObject([{ name: 'NoTokenError' }]);
    expect(proxy.connections()).toBe(0);
  },
);
