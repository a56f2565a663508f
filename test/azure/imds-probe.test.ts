import { expect, test } from 'vitest';
import { probeImds } from '../../lib/azure/credentials/imds-probe.ts';
import { startIdentityEndpoint } from './fixtures/identity-endpoint.ts';

test.each([
  ['400, as IMDS answers without its header', 400, 'Required metadata header not specified'],
  ['403, as a proxy may answer', 403, 'Forbidden'],
])('an answer of %s means that IMDS is there', async (_, status, body) => {
  await using server = await startIdentityEndpoint(() => ({ status, text: body }));

  const probe = askFor(server.origin);

  await expect(probe).resolves.toBeUndefined();
});

test('an answer of a container network for an unreachable address does not mean that IMDS is there', async () => {
  await using server = await startIdentityEndpoint(() => ({
    status: 403,
    text: 'dial tcp 169.254.169.254:80: connect: A socket operation was unreachable',
  }));

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
