import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, test } from 'vitest';
import type { CredentialSource } from '../../../lib/azure/credentials/credential-source.ts';
import { openPublishedInventory } from '../../../lib/azure/store/open-store.ts';
import { tokenSourceOf } from '../../../lib/azure/token-source.ts';
import { createCertificate } from '../../../local/azure/certificate.ts';
import { guid } from '../../support/readings.ts';
import { never } from '../../support/stores.ts';

const theirs = guid(8);
const latest = {
  runId: '20261121T060000Z-3f2a',
  seq: 1,
  database: 'databases/one.sqlite.zst',
  sizeBytes: 1,
  sha256: 'a'.repeat(64),
  publishedAt: '2026-11-21T06:00:00.000Z',
  complete: true,
  previous: null,
};

test('A container of another tenant names it, and is read with the sign-in there', async () => {
  const { certificate, privateKey } = await createCertificate();
  setDefaultCACertificates([...getCACertificates('default'), certificate]);
  // as Blob storage answers a token of another tenant: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#bearer-challenge
  const challenge = `Bearer authorization_uri=https://login.microsoftonline.com/${theirs}/oauth2/authorize resource_id=https://storage.azure.com`;
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    if (request.headers.authorization === `Bearer token-of-${theirs}`) {
      const body = JSON.stringify(latest);
      const headers = { 'content-type': 'application/json', 'content-length': body.length, etag: '"1"' };
      response.writeHead(200, headers).end(body);
    } else {
      const headers = { 'www-authenticate': challenge, 'x-ms-error-code': 'InvalidAuthenticationInfo' };
      response.writeHead(401, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const asked: (string | null)[] = [];
  const source: CredentialSource = {
    name: 'AzureCLI',
    endpoint: null,
    async fetch({ tenantId }) {
      asked.push(tenantId);
      const expiresOnTimestamp = Date.now() + 3_600_000;
      return { token: `token-of-${tenantId ?? 'home'}`, expiresOnTimestamp, source: 'AzureCLI', endpoint: null };
    },
  };
  const store = openPublishedInventory(
    `https://localhost:${port}/account/inventory`,
    { cloud: 'AzureCloud' },
    tokenSourceOf([source], 'https://management.azure.com'),
  );

  const first = await store.latest.read(never);
  const second = await store.latest.read(never);

  server.closeAllConnections();
  server.close();
  expect([first?.latest, second?.latest]).toEqual([latest, latest]);
  expect(asked).toEqual([null, theirs]);
});
