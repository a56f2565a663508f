import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { InventoryStore } from '../../../lib/azure/store/open-store.ts';
import { readSettings } from '../../../lib/settings.ts';
import { type Azurite, startAzurite } from '../../support/azurite.ts';
import { guid } from '../../support/readings.ts';
import { accessToken, type IdentityEndpoint, startIdentityEndpoint } from '../fixtures/identity-endpoint.ts';

// Azurite takes the account from the first part of the host, as Azure does. A proxy leads every host to it.

const runId = '20261121T060000Z-3f2a';
const hosts = [
  'contoso.blob.core.windows.net',
  'contoso.z17.blob.storage.azure.net',
  'contoso.privatelink.blob.core.windows.net',
  'contoso.z03.privatelink.blob.storage.azure.net',
];
const never = new AbortController().signal;
const customHost = 'inventory.contoso.com';
let azurite: Azurite;
let endpoint: IdentityEndpoint;
let folder: string;
let closeProxy: () => void;
let audience: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'account-names-'));
  const pem = await generate([{ name: 'commonName', value: 'contoso' }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [...hosts, customHost].map((value) => ({ type: 2, value }) as const) },
    ],
  });
  setDefaultCACertificates([...getCACertificates('default'), pem.cert]);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(cert, pem.cert);
  await writeFile(key, pem.private);
  azurite = await startAzurite(['--oauth', 'basic', '--cert', cert, '--key', key], ['contoso', 'inventory']);
  closeProxy = await startProxy(Number(new URL(azurite.origin).port));
  endpoint = await startIdentityEndpoint(() => ({ json: { access_token: token(), expires_in: 3600 } }));
  // The identity library reads the environment itself.
  vi.stubEnv('IDENTITY_ENDPOINT', `${endpoint.origin}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'secret');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  closeProxy();
  await endpoint.close();
  await azurite.stop();
  await rm(folder, { recursive: true });
});

/** A proxy that leads every host to this port. */
async function startProxy(port: number): Promise<() => void> {
  const server = createServer().on('connect', (_request, client) => {
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connected\r\n\r\n'));
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    upstream.pipe(client).pipe(upstream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => server.close();
}

function token(): string {
  const now = Math.floor(Date.now() / 1000);
  const issued = { iss: `https://sts.windows.net/${guid(9)}/`, iat: now - 60, nbf: now - 60, exp: now + 3600 };
  return accessToken({ ...issued, aud: audience, oid: guid(1), tid: guid(9) });
}

async function storeAt(host: string, tokenAudience = 'https://storage.azure.com/'): Promise<InventoryStore> {
  audience = tokenAudience;
  // The store's agents read HTTPS_PROXY once, when they are made.
  const { openStore } = await import('../../../lib/azure/store/open-store.ts');
  const environment = {
    ...process.env,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    INVENTORY_STORAGE__blobServiceUri: `https://${host}`,
  };
  return openStore(readSettings(environment), environment);
}

async function writeDatabase(store: InventoryStore): Promise<string> {
  const path = join(folder, 'database');
  await writeFile(path, 'a database');
  const sha256 = createHash('sha256').update('a database').digest('hex');
  return store.databases.write(runId, { path, sizeBytes: 10, sha256 }, never);
}

/** Status of a GET, sent to Azurite itself. */
async function statusOf(url: string): Promise<number | undefined> {
  const { hostname, pathname, search } = new URL(url);
  const { port } = new URL(azurite.origin);
  const request = get({
    host: '127.0.0.1',
    port,
    path: pathname + search,
    servername: hostname,
    headers: { host: hostname },
  });
  const [response] = await once(request, 'response');
  response.resume();
  return response.statusCode;
}

test.for(hosts)('%s signs a link that reads one database', async (host) => {
  const store = await storeAt(host);
  const name = await writeDatabase(store);

  const link = (await store.databases.url(name, never)) ?? '';

  expect(new URL(link).hostname).toBe(host);
  expect(await statusOf(link)).toBe(200);
});

test.for(hosts)(
  '%s that refuses an identity: the message and the command have the name of the account',
  async (host) => {
    const store = await storeAt(host, 'https://management.azure.com');

    await expect(store.latest.read(never)).rejects.toMatchObject({
      code: 'StorageDenied',
      message: expect.stringContaining('of storage account contoso: '),
      hint: expect.stringContaining('az storage account show --name contoso --query id'),
    });
  },
);

test('A custom domain does not contain the name: messages name the host, and no link is signed', async () => {
  const name = await writeDatabase(await storeAt(customHost));

  const link = await (await storeAt(customHost)).databases.url(name, never);
  const refused = (await storeAt(customHost, 'https://management.azure.com')).latest.read(never);

  expect(link).toBeNull();
  await expect(refused).rejects.toMatchObject({
    message: expect.stringContaining(`of storage account at ${customHost}: `),
    hint: expect.stringContaining('az storage account show --name ACCOUNT --query id'),
  });
});
