import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { containerOf } from '../../../lib/azure/store/container.ts';
import { readSettings } from '../../../lib/settings.ts';
import { guid } from '../../support/readings.ts';
import { never } from '../../support/stores.ts';
import { type IdentityEndpoint, startIdentityEndpoint, tokenReply } from '../fixtures/identity-endpoint.ts';

const resourceId = `/subscriptions/${guid(1)}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/store`;
const inFunctions = { FUNCTIONS_WORKER_RUNTIME: 'node', AzureWebJobsStorage__accountName: 'contoso' };
let endpoint: IdentityEndpoint;

beforeAll(async () => {
  endpoint = await startIdentityEndpoint();
  // The identity library reads the environment itself.
  vi.stubEnv('IDENTITY_ENDPOINT', `${endpoint.origin}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'secret');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await endpoint.close();
});

function tokensOf(more: Readonly<Record<string, string>>) {
  const environment = { ...process.env, ...inFunctions, ...more };
  return containerOf(readSettings(environment), environment).tokens;
}

test.each([
  ['AzureWebJobsStorage__managedIdentityResourceId', resourceId, 'mi_res_id'],
  ['AzureWebJobsStorage__clientId', guid(7), 'client_id'],
])('%s names the identity that storage gets, whatever AZURE_CLIENT_ID says', async (name, value, parameter) => {
  endpoint.reply = (_, number) => tokenReply(number);
  endpoint.requests.length = 0;

  await tokensOf({ AZURE_CLIENT_ID: guid(8), [name]: value })?.token({
    audience: 'https://storage.azure.com/',
    signal: never,
  });

  expect(endpoint.requests.map(({ query }) => query[parameter])).toEqual([value]);
});

test('When the host lacks that identity, the message names the setting', async () => {
  const name = 'AzureWebJobsStorage__managedIdentityResourceId';
  endpoint.reply = () => ({
    status: 400,
    json: {
      statusCode: 400,
      message: 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    },
  });

  const token = tokensOf({ [name]: resourceId })?.token({ signal: never });

  await expect(token).rejects.toMatchObject({
    code: 'IdentityNotFound',
    message: expect.stringContaining(`${resourceId} (${name})`),
  });
});
