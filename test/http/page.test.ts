import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerPage } from '../../lib/http/page/answer-page.ts';
import { type Page, readPage } from '../../lib/http/page/page-files.ts';
import { serve } from '../../lib/http/serve.ts';

const built = join(import.meta.dirname, '../../dist/page');
let folder: string;
let page: Page;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-test-'));
  await cp(built, folder, { recursive: true });
  for (const name of ['secret.txt', 'assets/notes.txt']) await writeFile(join(folder, name), 'secret');
  page = await readPage(folder, { auth: 'keys', version: '1.2.3', cloud: 'AzureChinaCloud' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Sends a request for what follows `…/api/page`, as a host would route it. */
function get(rest: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  const request = new Request(`https://inventory.example/prefix/api/page${rest}`, { method, headers });
  const path = rest.replace(/[?#].*$/, '').replace(/^\//, '');
  return serve(
    request,
    async () => answerPage(request, path === '' ? undefined : path, page),
    () => undefined,
  );
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const security = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()',
  'strict-transport-security': 'max-age=31536000',
};
const headersOf = (response: Response) => Object.fromEntries(response.headers);

describe('the document', () => {
  test.each([
    ['', 'page/assets/'],
    ['?x=1&x=2', 'page/assets/'],
    ['/', 'assets/'],
    ['/?code=k', 'assets/'],
  ])('at page%s names its files relative to that address, whatever comes before', async (rest, prefix) => {
    const html = await (await get(rest)).text();

    const names = [...html.matchAll(/ (?:href|src)="(?<name>[^"]+)"/g)].map(({ groups }) => groups?.name ?? '');
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      expect(name.startsWith(prefix)).toBe(true);
      const address = new URL(name, `https://inventory.example/prefix/api/page${rest}`);
      expect(page.assets.has(address.pathname.replace('/prefix/api/page/assets/', ''))).toBe(true);
    }
  });

  test('tells its script three values', async () => {
    expect(await (await get('')).text()).toContain(
      '<html data-auth="keys" data-version="1.2.3" data-cloud="AzureChinaCloud" lang="en"',
    );
  });

  test('is revalidated each time, with a strong ETag for each encoding and each address', async () => {
    const etags = new Set<string>();
    for (const rest of ['', '/']) {
      for (const encoding of ['br', 'gzip', 'identity']) {
        const headers = { 'accept-encoding': encoding };
        const response = await get(rest, headers);
        const etag = response.headers.get('etag') ?? '';
        expect(headersOf(response)).toMatchObject({ 'cache-control': 'no-cache', vary: 'Accept-Encoding' });
        expect(etag).toMatch(/^"[\w-]+"$/);
        etags.add(etag);
        const again = await get(rest, { ...headers, 'if-none-match': `"other", W/${etag}` });
        expect([again.status, await again.text()]).toEqual([304, '']);
        expect(headersOf(again)).toMatchObject({
          ...security,
          etag,
          vary: 'Accept-Encoding',
          'cache-control': 'no-cache',
        });
      }
    }
    expect(etags.size).toBe(6);
  });
});

describe('each file', () => {
  const assetNames = async () => (await readdir(join(built, 'assets'))).filter((name) => !/\.(?:br|gz)$/.test(name));

  test('is the same in each encoding, and says so', async () => {
    for (const rest of ['', '/', ...(await assetNames()).map((name) => `/assets/${name}`)]) {
      const plain = await get(rest, { 'accept-encoding': 'identity' });
      const gzip = await get(rest, { 'accept-encoding': 'gzip' });
      const br = await get(rest, { 'accept-encoding': 'gzip, br' });
      const [text, gzipped, compressed] = await Promise.all([plain, gzip, br].map((one) => one.bytes()));
      expect([plain, gzip, br].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip', 'br']);
      expect(gunzipSync(gzipped ?? '').equals(text ?? new Uint8Array())).toBe(true);
      expect(brotliDecompressSync(compressed ?? '').equals(text ?? new Uint8Array())).toBe(true);
      expect(gzip.headers.get('content-length')).toBe(String(gzipped?.byteLength));
      expect(headersOf(br)).toMatchObject(security);
    }
  });

  test('has its type, and is kept for good: its name has a hash of its content', async () => {
    const types: Record<string, string> = {
      js: 'text/javascript; charset=utf-8',
      css: 'text/css; charset=utf-8',
      svg: 'image/svg+xml',
    };
    const names = await assetNames();
    expect(names.map((name) => name.replace(/-[0-9a-f]{12}\./, '.')).sort()).toEqual([
      'icons.svg',
      'main.css',
      'main.js',
    ]);
    for (const name of names) {
      const response = await get(`/assets/${name}`);
      expect(headersOf(response)).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': types[name.split('.').at(-1) ?? ''],
        vary: 'Accept-Encoding',
      });
    }
  });

  test('answers HEAD with the headers of GET', async () => {
    for (const rest of ['', `/assets/${(await assetNames())[0]}`]) {
      const [head, whole] = [await get(rest, {}, 'HEAD'), await get(rest)];
      const { 'x-ms-request-id': _, ...headers } = headersOf(whole);
      expect(headersOf(head)).toMatchObject(headers);
      expect(await head.text()).toBe('');
    }
  });

  test.each([
    '/index.html',
    '/secret.txt',
    '/assets',
    '/assets/',
    '/assets/notes.txt',
    '/assets/main.js',
    '/assets/..%2findex.html',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e%2fsecret.txt',
    '/..%2f..%2fhost.json',
    '/..%5c..%5chost.json',
    '/%00',
    '/assets/%00',
    '//',
    '/assets/__proto__',
    '/constructor',
    `/${'a/'.repeat(3000)}`,
  ])('is the only thing below page/: 404 for %s', async (rest) => {
    const response = await get(rest);

    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([404, 'PageFileNotFound']);
    expect(headersOf(response)).toMatchObject(security);
    expect(await response.text()).not.toContain('secret.txt');
  });

  test('is none with an ending of a compressed file', async () => {
    for (const name of await assetNames()) {
      expect((await get(`/assets/${name}.br`)).status).toBe(404);
      expect((await get(`/assets/${name}.gz`)).status).toBe(404);
    }
  });
});
