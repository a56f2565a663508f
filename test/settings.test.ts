import { expect, test } from 'vitest';
import { readSettings } from '../lib/settings.ts';

const guid = '11111111-2222-3333-4444-555555555555';

test('every setting has a default', () => {
  expect(readSettings({})).toMatchObject({
    schedule: '0 0 */6 * * *',
    subscriptions: null,
    container: 'inventory',
    concurrency: 32,
    powerState: true,
    retentionDays: 400,
    httpAuth: 'keys',
    identity: { by: 'system' },
    cloud: 'AzureCloud',
    storage: { kind: 'none' },
    warnings: [],
  });
});

test('an empty value counts as unset', () => {
  expect(readSettings({ INVENTORY_CONCURRENCY: ' ', AZURE_CLIENT_ID: '' })).toMatchObject({
    concurrency: 32,
    identity: { by: 'system' },
  });
});

test.each([
  ['INVENTORY_SUBSCRIPTIONS', 'payments', 'subscription ids'],
  ['INVENTORY_CONCURRENCY', '0', 'a whole number from 1 to 256'],
  ['INVENTORY_CONCURRENCY', '1e2', 'a whole number'],
  ['INVENTORY_POWER_STATE', 'yes', 'true, false'],
  ['INVENTORY_SCHEDULE', 'hourly', 'NCRONTAB'],
  ['INVENTORY_CONTAINER', 'My_Container', 'lower-case'],
  ['INVENTORY_HTTP_AUTH', 'none', 'keys, entra'],
  ['INVENTORY_REPORTS', 'machines.csv', 'virtualMachines.csv'],
  ['INVENTORY_SOURCES', 'http://elsewhere/inventory', 'https://ACCOUNT'],
  ['INVENTORY_STORAGE__credential', 'key', 'managedidentity'],
  ['AZURE_CLOUD', 'AzureMars', 'AzureUSGovernment'],
  ['AZURE_CLIENT_ID', 'me', 'a GUID'],
  ['AZURE_TOKEN_CREDENTIALS', 'everything', 'ManagedIdentityCredential'],
  ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'http://localhost', 'an https origin'],
  ['AZURE_AUTHORITY_HOST', 'http://localhost', 'https://login.microsoftonline.com'],
  ['AZURE_AUTHORITY_HOST', 'https://localhost/common', 'an https origin'],
  ['INVENTORY_IDENTITY_RESOURCE_ID', '/subscriptions/x', 'resource id'],
])('%s = %s is refused in one line with the name, the value and what is allowed', (name, value, allowed) => {
  const refusal = () => readSettings({ [name]: value });
  expect(refusal).toThrow(expect.objectContaining({ code: 'InvalidConfiguration' }));
  for (const part of [name, value, allowed]) expect(refusal).toThrow(part);
  expect(refusal).not.toThrow('\n');
});

test('two ways to name a user-assigned identity are refused', () => {
  expect(() => readSettings({ AZURE_CLIENT_ID: guid, INVENTORY_IDENTITY_OBJECT_ID: guid })).toThrow(
    'AZURE_CLIENT_ID and INVENTORY_IDENTITY_OBJECT_ID',
  );
});

test('an unknown name gets a suggestion', () => {
  expect(readSettings({ INVENTORY_CONCURENCY: '4' }).warnings).toEqual([
    'INVENTORY_CONCURENCY is not a setting; did you mean INVENTORY_CONCURRENCY?',
  ]);
});

test.each([
  [{ AzureWebJobsStorage__accountName: 'contoso' }, 'https://contoso.blob.core.windows.net'],
  [
    { AzureWebJobsStorage__accountName: 'contoso', AZURE_CLOUD: 'AzureUSGovernment' },
    'https://contoso.blob.core.usgovcloudapi.net',
  ],
  [
    { AzureWebJobsStorage__accountName: 'host', INVENTORY_STORAGE__blobServiceUri: 'https://own.example/' },
    'https://own.example',
  ],
])('%j is storage at %s', (environment, blobServiceUri) => {
  expect(readSettings(environment).storage).toEqual({ kind: 'identity', blobServiceUri, identity: null });
});

const identityId = `/subscriptions/${guid}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader`;
test.each([
  ['AzureWebJobsStorage', '__clientId', guid, { by: 'clientId', clientId: guid }],
  ['AzureWebJobsStorage', '__managedIdentityResourceId', identityId, { by: 'resourceId', resourceId: identityId }],
  ['INVENTORY_STORAGE', '__clientId', guid, { by: 'clientId', clientId: guid }],
  ['INVENTORY_STORAGE', '__managedIdentityResourceId', identityId, { by: 'resourceId', resourceId: identityId }],
])('%s%s names the identity for storage', (prefix, property, value, expected) => {
  const blobServiceUri = 'https://contoso.blob.core.windows.net';
  const environment = { [`${prefix}__blobServiceUri`]: blobServiceUri, [`${prefix}${property}`]: value };

  expect(readSettings(environment)).toMatchObject({
    storage: { kind: 'identity', blobServiceUri, identity: { ...expected, setting: `${prefix}${property}` } },
    identity: { by: 'system' },
    warnings: [],
  });
});

test.each([
  [{ AzureWebJobsStorage__clientId: guid, AzureWebJobsStorage__managedIdentityResourceId: identityId }, 'set only one'],
  [{ AzureWebJobsStorage__managedIdentityResourceId: guid }, 'AzureWebJobsStorage__managedIdentityResourceId is'],
  [{ AzureWebJobsStorage__clientId: identityId }, 'AzureWebJobsStorage__clientId is'],
])('%j is refused', (identity, message) => {
  expect(() => readSettings({ AzureWebJobsStorage__accountName: 'contoso', ...identity })).toThrow(message);
});

test('an invalid storage address shows an address of that cloud', () => {
  const environment = { INVENTORY_STORAGE__blobServiceUri: 'contoso', AZURE_CLOUD: 'AzureChinaCloud' };

  expect(() => readSettings(environment)).toThrow('https://ACCOUNT.blob.core.chinacloudapi.cn');
});
