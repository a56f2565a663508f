import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerAt } from '../../../lib/azure/store/container.ts';
import { openDatabases } from '../../../lib/azure/store/databases.ts';
import { openPublishedInventory } from '../../../lib/azure/store/open-store.ts';
import type { TokenRequest, TokenSource } from '../../../lib/azure/token.ts';
import { findMissingStorageRight } from '../../../lib/rights/missing-storage-right.ts';
import { createCertificate, type LocalCertificate } from '../../../local/azure/certificate.ts';
import { type Azurite, startAzurite } from '../../support/azurite.ts';
import { guid } from '../../support/readings.ts';
import { never } from '../../support/stores.ts';

const cloud = { cloud: 'AzureCloud' } as const;
const runId = '20261121T060000Z-3f2a';
let certificate: LocalCertificate;
let azurite: Azurite;
let folder: string;
let asked: TokenRequest[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-identity-'));
  certificate = await createCertificate();
  setDefaultCACertificates([...getCACertificates('default'), certificate.certificate]);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(cert, certificate.certificate);
  await writeFile(key, certificate.privateKey);
  azurite = await startAzurite(['--oauth', 'basic', '--cert', cert, '--key', key]);
});
afterAll(async () => {
  await azurite.stop();
  await rm(folder, { recursive: true });
});

/** Tokens for any audience. Azurite checks their claims, not their signature. */
function tokensFor(audience?: string): TokenSource {
  asked = [];
  return {
    source: 'AppService',
    endpoint: null,
    async token(request) {
      asked.push(request);
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        aud: audience ?? request.audience,
        iss: `https://sts.windows.net/${guid(9)}/`,
        iat: now - 60,
        nbf: now - 60,
        exp: now + 3600,
        oid: guid(1),
        tid: guid(9),
      };
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      return {
        token: `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.c2ln`,
        expiresOnTimestamp: claims.exp * 1000,
      };
    },
  };
}

const address = (): string => `${azurite.origin}/devstoreaccount1/inventory`;

async function writeDatabase(): Promise<string> {
  const sha256 = createHash('sha256').update('a database').digest('hex');
  const path = join(folder, 'database');
  await writeFile(path, 'a database');
  return openDatabases(containerAt(address(), cloud, tokensFor())).write(runId, { path, sizeBytes: 10, sha256 }, never);
}

test('An identity writes and reads with tokens for storage, and opens a container by its URL', async () => {
  const name = await writeDatabase();

  const source = openPublishedInventory(address(), cloud, tokensFor());
  const back = await text(await source.databases.read(name, never));

  expect(back).toBe('a database');
  expect(await source.latest.read(never)).toBeNull();
  expect(new Set(asked.map(({ audience }) => audience))).toEqual(new Set(['https://storage.azure.com/']));
});

test('An identity signs a link that reads one database without a token for ten minutes', async () => {
  const name = await writeDatabase();

  const link = new URL((await openDatabases(containerAt(address(), cloud, tokensFor())).url(name, never)) ?? '');
  const expiresInMs = Date.parse(link.searchParams.get('se') ?? '') - Date.now();

  expect((await fetch(link)).status).toBe(200);
  expect(link.searchParams.get('sp')).toBe('r');
  expect(link.searchParams.get('sr')).toBe('b');
  expect(link.searchParams.get('spr')).toBe('https');
  expect(expiresInMs).toBeGreaterThan(9 * 60_000);
  expect(expiresInMs).toBeLessThanOrEqual(10 * 60_000);
  const elsewhere = new URL(link);
  elsewhere.pathname = `${elsewhere.pathname}x`;
  expect((await fetch(elsewhere)).status).toBe(403);
});

test('When storage refuses an identity, the hint is the command that grants the role, without a token', async () => {
  const tokens = tokensFor('https://management.azure.com');
  const failure = await openPublishedInventory(address(), cloud, tokens)
    .latest.read(never)
    .catch((error: unknown) => error);
  const { token } = await tokens.token({ signal: never });

  expect(failure).toMatchObject({
    code: 'StorageDenied',
    hint: expect.stringMatching(
      /^az role assignment create .*--role "Storage Blob Data Contributor" .*devstoreaccount1/,
    ),
  });
  expect(`${JSON.stringify(failure)} ${failure} ${(failure as Error).stack}`).not.toContain(token);
});

test('An identity that may write lacks no right, with or without the container, and the check writes nothing', async () => {
  const there = containerAt(address(), cloud, tokensFor());
  await writeDatabase();
  const missing = containerAt(`${azurite.origin}/devstoreaccount1/missing`, cloud, tokensFor());

  const lacks = [await findMissingStorageRight(there, never), await findMissingStorageRight(missing, never)];

  expect(lacks).toEqual([null, null]);
  expect(await there.client.getBlobClient('rights-check').exists()).toBe(false);
  expect(await missing.client.exists()).toBe(false);
});

test.each([
  'http://a.blob.core.windows.net/c',
  'https://a.blob.core.windows.net',
  'https://a/b/c/d',
  'inventory',
  'https://a/c?sig=s3cret',
])('%s is not the URL of a container', (url) => {
  const open = (): unknown => openPublishedInventory(url, cloud, tokensFor());

  expect(open).toThrow(/allowed: https:\/\/ACCOUNT/);
  expect(open).not.toThrow(/s3cret/);
});
