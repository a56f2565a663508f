import { expect, test } from 'vitest';
import { preferredEncoding } from '../../lib/http/content-encoding.ts';

const preferred = (header?: string) =>
  preferredEncoding(
    new Request('https://a.example', header === undefined ? {} : { headers: { 'accept-encoding': header } }),
    ['br', 'gzip'],
  );

test.each<[header: string | undefined, encoding: string]>([
  [undefined, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['GZip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate, zstd', 'identity'],
  ['gzip;q=1.0, br;q=0.9', 'gzip'],
  ['gzip;q=0.8,br;q=0.8', 'br'],
  ['br ; q = 0.2 , gzip ; Q=0.3', 'gzip'],
  ['br;q=0', 'identity'],
  ['br;q=0, gzip;q=0.000', 'identity'],
  ['br;q=0.5, identity;q=1', 'identity'],
  ['br;q=0.5, identity;q=0.5', 'br'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['br;q=0, *;q=0.1', 'gzip'],
  ['identity, *;q=0', 'identity'],
  ['identity;q=0', 'identity'],
  ['br;q=much', 'identity'],
  ['br;q=2, gzip;q=1', 'gzip'],
  ['br;q=-1', 'identity'],
  [',,;q=1,gzip', 'gzip'],
  [`${'a,'.repeat(5000)}br`, 'identity'],
])('Accept-Encoding %j gets %s', (header, encoding) => {
  expect(preferred(header)).toBe(encoding);
});
