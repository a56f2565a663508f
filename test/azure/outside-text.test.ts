import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { managedIdentityError } from '../../lib/azure/credentials/managed-identity-error.ts';
import { redact } from '../../lib/azure/credentials/redact.ts';
import { hideTokens } from '../../lib/azure/hide-tokens.ts';
import { startTokenProcess } from './fixtures/start-token-process.ts';

const token = 'eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJ4In0.c2lnbmF0dXJl';
/** A test with a quadratic search does not end before its time limit. */
const veryLong = 20_000_000;

/** Answers with a status and a body that has no end. */
async function startEndlessEndpoint(status: number) {
  const sent = { bytes: 0 };
  const server = createServer((_, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    const write = (): void => {
      if (response.destroyed) return;
      sent.bytes += 65_536;
      response.write(`{"message":"${'eyJ'.repeat(21_840)}`, () => setImmediate(write));
    };
    write();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('text from outside', () => {
  test.each([200, 400, 403])('an identity endpoint whose answer %i has no end fails at once', async (status) => {
    await using endpoint = await startEndlessEndpoint(status);
    const environment = { IDENTITY_ENDPOINT: `${endpoint.origin}/msi/token`, IDENTITY_HEADER: 'secret-of-the-host' };
    await using process = startTokenProcess({ FUNCTIONS_WORKER_RUNTIME: 'node', ...environment });

    const answer = await process.ask();

    expect(answer.errors).toMatchObject([{ name: 'NoTokenError', code: 'IdentityEndpointFailed' }]);
    expect(answer.errors[0]?.message.length).toBeLessThan(2_000);
    expect(endpoint.sent.bytes).toBeLessThan(10 * 1024 * 1024);
  });

  test.each([
    ['beginnings of tokens', 'eyJ'],
    ['one long word', 'eyJhbGciOi'],
    ['spaces', ' '],
    ['beginnings of headers', 'Bearer  '],
    ['beginnings of fields', '"access_token"  '],
  ])('redacting takes linear time: %s', (_, part) => {
    const text = part.repeat(veryLong / part.length);

    expect(redact(text, { IDENTITY_HEADER: 'secret-of-the-host' }).length).toBeLessThanOrEqual(1_001);
  });

  test.each(['no managed ', 'no identity ', 'no user', 'managed identity '])(
    'reading an error takes linear time: %j',
    (part) => {
      const answer = { kind: 'refused', status: 400, body: part.repeat(veryLong / 10), retryAfterMs: null } as const;
      const host = { source: 'AppService', endpoint: 'http://127.0.0.1/msi/token', configured: true } as const;
      const request = {
        host,
        endpoint: host.endpoint,
        identity: { by: 'system' },
        resource: 'r',
        environment: {},
      } as const;

      expect(managedIdentityError(answer, { ...request, attempts: 1 }).code).toBe('IdentityEndpointFailed');
    },
  );

  test.each([
    `before ${token} after`,
    `before "${token}" after`,
    `before access_token=${token} after`,
    `before x${token}.more after`,
    `before ${token} after ${token}`,
  ])('no part of a token stays of %j', (text) => {
    const hidden = hideTokens(text, '***');

    expect(hidden).toContain('before');
    expect(hidden).not.toMatch(/eyJ|c2ln/);
  });

  test('a secret is hidden wherever the text is cut', () => {
    const environment = { IDENTITY_HEADER: 'secret-of-the-host' };

    for (let at = 16_360; at < 16_400; at += 1) {
      const text = `${' '.repeat(at)}secret-of-the-host and more`;
      expect(redact(text, environment)).not.toContain('secret');
    }
  });
});
