import { expect, test } from 'vitest';
import { InvalidSettingError } from '../lib/errors.ts';
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
    httpAuthDefaultRole: 'Inventory.Read',
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
  ['INVENTORY_HTTP_AUTH_DEFAULT_ROLE', 'Runs.Write', 'none, Inventory.Read'],
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
  ['INVENTORY_MANAGEMENT_GROUPS', '../x', 'management groups'],
  [
    'INVENTORY_ACCEPTED_FINDINGS',
    'https://contoso.blob.core.windows.net/inventory/%zz.json',
    'the path of a JSON file',
  ],
  ['INVENTORY_ACCEPTED_FINDINGS', 'https://contoso.blob.core.windows.net/inventory/%ff', 'the path of a JSON file'],
  ['INVENTORY_STORAGE__blobServiceUri', 'https://contoso.blob.core.windows.net/%e0%a4', 'https://ACCOUNT'],
  ['AzureWebJobsStorage__blobServiceUri', 'http://127.0.0.1:10000/%', 'https://ACCOUNT'],
  ['AzureWebJobsStorage__accountName', 'evil.example/a%zz', '3 to 24 lower-case letters and digits'],
  ['INVENTORY_SOURCES', 'http://127.0.0.1:10000/%zz/inventory', 'https://ACCOUNT'],
])('%s = %s is refused in one line with the name, the value and what is allowed', (name, value, allowed) => {
  const refusal = () => readSettings({ [name]: value });
  expect(refusal).toThrow(expect.objectContaining({ code: 'InvalidConfiguration' }));
  for (const part of [name, value, allowed]) expect(refusal).toThrow(part);
  expect(refusal).not.toThrow('\n');
});

test.each(['INVENTORY_ACCEPTED_FINDINGS', 'INVENTORY_STORAGE__blobServiceUri', 'INVENTORY_SOURCES'])(
  '%s takes no address with a signature or a password, and shows neither',
  (name) => {
    for (const secret of [
      'https://contoso.blob.core.windows.net/c/a.json?sig=s3cret',
      'https://u:s3cret@a.example/c',
    ]) {
      expect(() => readSettings({ [name]: secret })).toThrow(`${name} is '`);
      expect(() => readSettings({ [name]: secret })).not.toThrow('s3cret');
    }
  },
);

test('without its value, an error still names the setting and what is allowed', () => {
  expect(() => readSettings({ INVENTORY_CONCURRENCY: 'many' })).toThrow(
    expect.objectContaining({
      withoutValues: 'INVENTORY_CONCURRENCY is not valid; allowed: a whole number from 1 to 256',
    }),
  );
});

test('without its value, every wrong setting names itself and shows nothing of the value', () => {
  const value = 'https://user:s3cret@a.example/%zz';
  const refused = [...settingNames()].flatMap((name) => {
    try {
      return readSettings({ [name]: value }) && [];
    } catch (error) {
      const { withoutValues } = error instanceof InvalidSettingError ? error : { withoutValues: '' };
      return [{ name, withoutValues }];
    }
  });

  expect(refused.length).toBeGreaterThan(15);
  for (const { name, withoutValues } of refused) {
    expect(withoutValues).toContain(`${name} is not valid; allowed: `);
    expect(withoutValues).not.toMatch(/s3cret|a\.example/);
  }
});

/** Every name that the settings are read from. */
function settingNames(): ReadonlySet<string> {
  const names = new Set<string>();
  readSettings(new Proxy({}, { get: (_target, name) => void names.add(String(name)) }));
  return names;
}

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

test.each(['https://:secret@host', 'https://user:secret@host', 'https://user:secret@host/%zz'])(
  'An origin with a password is refused, and the message does not show the password: %s',
  (value) => {
    const reading = () => readSettings({ AZURE_RESOURCE_MANAGER_ENDPOINT: value });

    expect(reading).toThrow(/AZURE_RESOURCE_MANAGER_ENDPOINT is '(?!.*secret)/);
  },
);
