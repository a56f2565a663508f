import { expect, test } from 'vitest';
import { answersProbe } from '../../lib/azure/credentials/imds-probe.ts';
import { startIdentityEndpoint } from './fixtures/identity-endpoint.ts';

const never = new AbortController().signal;

test.each([
  ['400, as IMDS answers without its header', 400, 'Required metadata header not specified'],
  ['403, as a proxy may answer', 403, 'Forbidden'],
])('an answer of %s means that IMDS is there', async (_, status, body) => {
  await using server = await startIdentityEndpoint(() => ({ status, text: body }));

  expect(await answersProbe(server.origin, never)).toBe(true);
});

test('an answer of a container network for an unreachable address does not mean that IMDS is there', async () => {
  await using server = await startIdentityEndpoint(() => ({
    status: 403,
    text: 'dial tcp 169.254.169.254:80: connect: A socket operation was unreachable',
  }));

  expect(await answersProbe(server.origin, never)).toBe(false);
});

test('a broken connection does not mean that IMDS is there, and is not repeated', async () => {
  await using server = await startIdentityEndpoint(() => ({ silence: 'reset' }));

  expect(await answersProbe(server.origin, never)).toBe(false);
  expect(server.requests).toHaveLength(1);
});
