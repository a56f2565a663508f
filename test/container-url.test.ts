import { describe, expect, test } from 'vitest';
import { accountNameOf, readContainerUrl, shownUrl } from '../lib/container-url.ts';
import { readSettings } from '../lib/settings.ts';

describe('the address of a container', () => {
  test.each([
    ['AzureCloud', 'https://contoso.blob.core.windows.net/inventory'],
    ['AzureCloud', 'https://contoso.z07.blob.storage.azure.net/inventory'],
    ['AzureCloud', 'https://contoso.privatelink.blob.core.windows.net/inventory'],
    ['AzureUSGovernment', 'https://contoso.blob.core.usgovcloudapi.net/inventory'],
    ['AzureChinaCloud', 'https://contoso.blob.core.chinacloudapi.cn/inventory'],
  ] as const)('of %s may be %s', (cloud, url) => {
    expect(readContainerUrl(`${url}/`, cloud)).toEqual({ url, service: new URL(url).origin, container: 'inventory' });
  });

  test('on this machine has the name of its account in its path', () => {
    expect(readContainerUrl('http://127.0.0.1:10000/devstoreaccount1/inventory', 'AzureCloud')).toEqual({
      url: 'http://127.0.0.1:10000/devstoreaccount1/inventory',
      service: 'http://127.0.0.1:10000/devstoreaccount1',
      container: 'inventory',
    });
  });

  test.each([
    'https://contoso.blob.core.usgovcloudapi.net/inventory',
    'https://contoso.blob.core.windows.net.evil.example/inventory',
    'https://evil.example/contoso.blob.core.windows.net/inventory',
    'https://evil.example#.blob.core.windows.net/inventory',
    'https://blob.core.windows.net/inventory',
    'https://contoso.file.core.windows.net/inventory',
    'https://me@contoso.blob.core.windows.net/inventory',
    'https://contoso.blob.core.windows.net/inventory?sig=s3cret',
    'https://contoso.blob.core.windows.net/inventory#there',
    'https://contoso.blob.core.windows.net/inventory/databases',
    'https://contoso.blob.core.windows.net/In%76entory',
    'https://127.0.0.1.evil.example/devstoreaccount1/inventory',
    'http://contoso.blob.core.windows.net/inventory',
    'file:///inventory',
    '',
  ])('is not %j', (text) => {
    expect(readContainerUrl(text, 'AzureCloud')).toBeNull();
  });

  test.each([
    ['https://a.blob.core.windows.net/c?sig=s3cret', 'https://a.blob.core.windows.net/c'],
    ['https://me:s3cret@a.blob.core.windows.net/c', 'https://a.blob.core.windows.net/c'],
    ['https://[no address?sig=s3cret', 'https://[no address'],
    ['me:s3cret@a/c#s3cret', 'a/c'],
    ['https:/me:s3cret@a/c', 'a/c'],
  ])('is shown without its secrets: %s', (text, shown) => {
    expect(shownUrl(text)).toBe(shown);
  });

  test('appears once in the settings, even if it is written twice', () => {
    const url = 'https://contoso.blob.core.windows.net/inventory';

    expect(readSettings({ INVENTORY_SOURCES: `${url}, ${url}/,${url}` }).sources).toEqual([url]);
  });
});

test.each([
  ['https://contoso.blob.core.windows.net', 'contoso'],
  ['https://contoso.blob.core.windows.net/', 'contoso'],
  ['https://CONTOSO.Z17.blob.storage.azure.net', 'contoso'],
  ['https://contoso.privatelink.blob.core.usgovcloudapi.net', 'contoso'],
  ['https://contoso-secondary.z50.blob.storage.azure.net', 'contoso'],
  ['https://contoso-ipv6.blob.core.windows.net', 'contoso'],
  ['https://contoso.blob.local.azurestack.external', 'contoso'],
  ['http://127.0.0.1:10000/devstoreaccount1', 'devstoreaccount1'],
  ['http://azurite:8080/devstoreaccount1/', 'devstoreaccount1'],
  ['http://contoso.blob.localhost:10000', 'contoso'],
  ['https://inventory.contoso.com', null],
  ['https://blob.contoso.com', null],
])('The storage account at %s is %s', (service, account) => {
  expect(accountNameOf(service)).toBe(account);
});
