import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { HttpContext } from '../../lib/http/context.ts';
import { machineId, principalOf, servedInventory, sub1 } from './fixtures/served-inventory.ts';

type Served = ReturnType<typeof servedInventory>;

/** 30 machines in one answer of more than 4 kB. */
function manyMachines(overrides: Partial<HttpContext> = {}): Served {
  const served = servedInventory(overrides);
  for (let n = 0; n < 30; n += 1) served.inventory.machine({ name: `many-${n}`, subscription: sub1 });
  return served;
}

const gzip = { headers: { 'accept-encoding': 'gzip' } };
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const withHeader = (name: string, value: string | null, more: Record<string, string> = {}) => ({
  headers: { ...more, [name]: value ?? '' },
});

describe('JSON of 4 kB or more', () => {
  test.each([
    'gzip',
    'deflate, gzip;q=1.0, *;q=0.5',
    'GZIP',
    'x-gzip',
    '*',
    'br;q=1, gzip;q=0.001',
    'gzip;q=1, identity;q=0.5',
  ])('is compressed for %s: the same bytes, an ETag of its own', async (accepted) => {
    using served = manyMachines();
    const plain = await served.send('virtualMachines');
    const packed = await served.send('virtualMachines', withHeader('accept-encoding', accepted));
    const [text, bytes] = [await bytesOf(plain), await bytesOf(packed)];
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(packed.headers.get('content-length'))).toBe(bytes.byteLength);
    expect(bytes.byteLength).toBeLessThan(text.byteLength / 4);
    expect(gunzipSync(bytes)).toEqual(text);
    expect(packed.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    for (const { headers } of [plain, packed]) {
      expect(headers.get('vary')).toBe('Accept, Accept-Encoding');
      expect(headers.get('etag')).toMatch(/^"/);
      expect(headers.get('x-inventory-complete')).toBe('false');
    }
  });

  test.each([
    '',
    'identity',
    'br',
    'gzip;q=0',
    'gzip;q=0.000',
    '*;q=0',
    'gzip;q=0, *',
    'gzip;q=0.5, identity',
    'gzipped',
    'gzip;q=2',
  ])('is not compressed for %j', async (accepted) => {
    using served = manyMachines();
    const response = await served.send('virtualMachines', withHeader('accept-encoding', accepted));
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(JSON.parse(await response.text())).toHaveProperty('value');
  });

  test('is unchanged for the client that has it, compressed or not, also from the cache', async () => {
    using served = manyMachines();
    for (const accepted of ['gzip', 'identity', 'gzip', 'identity']) {
      const response = await served.send('virtualMachines', withHeader('accept-encoding', accepted));
      const etag = response.headers.get('etag') ?? '';
      await response.body?.cancel();
      for (const sent of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const again = await served.send(
          'virtualMachines',
          withHeader('if-none-match', sent, { 'accept-encoding': accepted }),
        );
        expect([again.status, again.body, again.headers.get('content-encoding')]).toEqual([304, null, null]);
        expect(again.headers.get('vary')).toBe('Accept, Accept-Encoding');
        if (sent !== '*') expect(again.headers.get('etag')).toBe(etag);
      }
    }
    const packed = await served.send('virtualMachines', gzip);
    await packed.body?.cancel();
    const other = await served.send('virtualMachines', withHeader('if-none-match', packed.headers.get('etag')));
    expect([other.status, other.headers.get('content-encoding')]).toEqual([200, null]);
  });

  test('is kept: the second client costs no query and no compression', async () => {
    using served = manyMachines();
    const kept: string[] = [];
    const responses: HttpContext['responses'] = {
      get: (publication, key) => served.context.responses.get(publication, key),
      set(publication, key, response) {
        kept.push(response.headers['content-encoding'] ?? 'identity');
        served.context.responses.set(publication, key, response);
      },
    };
    const context = { ...served.context, responses };
    const answers = await Promise.all([
      bytesOf(await served.send('virtualMachines', gzip, context)),
      bytesOf(await served.send('virtualMachines', gzip, context)),
      bytesOf(await served.send('virtualMachines', {}, context)),
      bytesOf(await served.send('virtualMachines', {}, context)),
      bytesOf(await served.send('virtualMachines', gzip, context)),
    ]);
    expect(kept).toEqual(['gzip', 'identity']);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[4]).toEqual(answers[0]);
    expect(gunzipSync(answers[0])).toEqual(answers[2]);
  });

  test('is compressed from what another client has left in the cache', async () => {
    using served = manyMachines();
    const plain = await bytesOf(await served.send('virtualMachines'));
    const packed = await served.send('virtualMachines', gzip);
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await bytesOf(packed))).toEqual(plain);
  });

  test('has the same headers for HEAD', async () => {
    using served = manyMachines();
    const get = await served.send('virtualMachines', gzip);
    await get.body?.cancel();
    const head = await served.send('virtualMachines', { ...gzip, method: 'HEAD' });
    expect(head.body).toBeNull();
    for (const name of ['content-encoding', 'content-length', 'etag', 'vary', 'content-type']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  test('may come from anywhere: a lookup, the description of the API', async () => {
    using served = manyMachines();
    const ids = Array.from({ length: 100 }, (_, n) => principalOf(n));
    const post = { ...gzip, method: 'POST', body: JSON.stringify({ ids }) };
    for (const response of [await served.send('principals/lookup', post), await served.send('openapi.json', gzip)]) {
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding');
      const etag = response.headers.get('etag') ?? '';
      expect(JSON.parse(gunzipSync(await bytesOf(response)).toString())).toBeTypeOf('object');
      expect(etag).toMatch(/^"/);
    }
    const first = await served.send('openapi.json', gzip);
    await first.body?.cancel();
    const again = await served.send(
      'openapi.json',
      withHeader('if-none-match', first.headers.get('etag'), gzip.headers),
    );
    expect(again.status).toBe(304);
  });
});

describe('other answers are not compressed', () => {
  test.each(['summary', `principals/${principalOf(1)}`, machineId('vm-1').slice(1), 'runs'])(
    '%s: short JSON',
    async (path) => {
      using served = servedInventory();
      const response = await served.send(path, gzip);
      const text = await response.text();
      expect([response.headers.get('content-encoding'), text.length < 4096]).toEqual([null, true]);
      const again = await served.send(path, withHeader('if-none-match', response.headers.get('etag'), gzip.headers));
      expect(again.status).toBe(304);
    },
  );

  test.each([
    'virtualMachines?format=csv',
    'virtualMachines?format=ndjson&maxpagesize=100',
    'reports/virtualMachines.ndjson',
  ])('%s: not JSON', async (path) => {
    using served = manyMachines();
    const response = await served.send(path, gzip);
    expect(response.headers.get('content-encoding')).toBeNull();
    expect((await response.text()).length).toBeGreaterThan(4096);
  });

  test.each([
    [4096, 'gzip'],
    [4095, null],
  ])('JSON of %i bytes: %s', async (bytes, expected) => {
    const short = JSON.stringify({ source: '' }).length;
    using served = servedInventory({ whoami: async () => ({ source: 'x'.repeat(bytes - short) }) });
    const response = await served.send('identity', gzip);
    expect(response.headers.get('content-encoding')).toBe(expected);
    await response.body?.cancel();
  });

  test('an error', async () => {
    using served = servedInventory();
    const response = await served.send(`virtualMachines?${'x'.repeat(5000)}=1`, gzip);
    expect([response.status, response.headers.get('content-encoding')]).toEqual([400, null]);
  });
});
