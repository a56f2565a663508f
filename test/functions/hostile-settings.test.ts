import { expect, test } from 'vitest';
import { createInventoryApp } from '../../functions/inventory-app.ts';
import { InvalidSettingError } from '../../lib/errors.ts';
import { readSettings } from '../../lib/settings.ts';

const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
const values = [
  '%',
  '%zz',
  '..',
  '$(id)',
  'a\u0000b',
  'x'.repeat(100_000),
  'javascript:x',
  'ftp://x/y',
  'http://[::1',
  'http://127.0.0.1:10000/%zz/inventory',
  'https://a.example/%ff',
  'https://user:password@a.example/',
  'https://a.blob.core.windows.net/c?sig=x',
  'https://a.blob.core.windows.net/%e0%a4/c',
  'BlobEndpoint=https://%zz/',
  'BlobEndpoint=http://127.0.0.1:10000/%zz;AccountName=a;AccountKey=eA==',
  'DefaultEndpointsProtocol=https;AccountName=%zz;AccountKey=eA==;EndpointSuffix=core.windows.net',
];

test('whatever a setting contains, the app starts or names the setting', async () => {
  const names = new Set<string>();
  readSettings(new Proxy({}, { get: (_, name) => void names.add(String(name)) }));
  const refused: unknown[] = [];
  for (const name of names) {
    for (const value of values) {
      const environment = { ...(name.includes('Storage') ? {} : storage), [name]: value };
      try {
        await createInventoryApp(readSettings(environment), environment).end();
      } catch (error) {
        refused.push(error);
      }
    }
  }

  expect(refused.filter((error) => !(error instanceof InvalidSettingError))).toEqual([]);
  expect(refused.length).toBeGreaterThan(100);
  for (const error of refused) expect(String(error).length).toBeLessThan(1_000);
});
