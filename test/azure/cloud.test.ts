import { expect, test } from 'vitest';
import { cloudOf } from '../../lib/azure/cloud.ts';
import { readSettings } from '../../lib/settings.ts';

test.each([
  ['AzureCloud', 'https://management.azure.com'],
  ['AzureUSGovernment', 'https://management.usgovcloudapi.net'],
  ['AzureChinaCloud', 'https://management.chinacloudapi.cn'],
])('%s has its own endpoint and audience', (name, origin) => {
  const cloud = cloudOf(readSettings({ AZURE_CLOUD: name }));

  expect(cloud).toMatchObject({ name, resourceManagerEndpoint: origin, audience: origin });
});

test('an endpoint of its own keeps the audience of the cloud', () => {
  const cloud = cloudOf(
    readSettings({ AZURE_CLOUD: 'AzureUSGovernment', AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://localhost:8443/' }),
  );

  expect(cloud).toMatchObject({
    resourceManagerEndpoint: 'https://localhost:8443',
    audience: 'https://management.usgovcloudapi.net',
  });
});

test.each([
  [{ AZURE_CLOUD: 'AzureChinaCloud' }, 'https://login.chinacloudapi.cn'],
  [{ AZURE_CLOUD: 'AzureChinaCloud', AZURE_AUTHORITY_HOST: 'https://localhost:8443/' }, 'https://localhost:8443'],
])('the authority of %j is %s', (environment, authorityHost) => {
  expect(cloudOf(readSettings(environment))).toMatchObject({ authorityHost });
});

test('an audience of its own loses its trailing slash', () => {
  const cloud = cloudOf(
    readSettings({ AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://management.local.azurestack.external/' }),
  );

  expect(cloud.audience).toBe('https://management.local.azurestack.external');
});
