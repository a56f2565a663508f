import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { createPlainClient, type PlainClient } from './azure-client.ts';

const resource = 'https://management.azure.com';
const imds = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(resource)}`;
const appService = `/msi/token?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
const metadata = { metadata: 'true' };
let azure: LocalAzure;
let client: PlainClient;
let secret: Record<string, string>;

beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 1, vms: 1 }) });
  client = createPlainClient(azure);
  secret = { 'x-identity-header': azure.identityHeader };
});
afterAll(async () => {
  client[Symbol.dispose]();
  await azure.stop();
});

function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());
}

test('all three sources give tokens of the system-assigned identity that Resource Manager accepts', async () => {
  const answers = [
    await client.identity(imds, metadata),
    await client.identity(appService, secret),
    await client.identity('/oauth2/token', metadata, `resource=${encodeURIComponent(`${resource}/`)}`),
  ];
  for (const { status, json } of answers) {
    expect(status).toBe(200);
    expect(Object.values(json).every((value) => typeof value === 'string')).toBe(true);
    expect(claimsOf(json.access_token).oid).toBe(azure.tenant.systemAssignedIdentity.principalId);
    const listed = await client.arm('/subscriptions?api-version=2022-12-01', String(json.access_token));
    expect(listed.status).toBe(200);
  }
  expect(answers.map(({ json }) => json.resource)).toEqual([resource, resource, `${resource}/`]);
});

test('a user-assigned identity is found by client id, object id and resource id', async () => {
  const [identity] = azure.tenant.userAssignedIdentities;
  const ways = [
    [appService, secret, `client_id=${identity?.clientId}`],
    [appService, secret, `object_id=${identity?.principalId}`],
    [appService, secret, `mi_res_id=${identity?.resourceId.toUpperCase()}`],
    [imds, metadata, `client_id=${identity?.clientId}`],
    [imds, metadata, `object_id=${identity?.principalId}`],
    [imds, metadata, `msi_res_id=${identity?.resourceId}`],
  ] as const;
  for (const [path, headers, query] of ways) {
    const { json } = await client.identity(`${path}&${query}`, headers);
    expect(claimsOf(json.access_token)).toMatchObject({ oid: identity?.principalId, xms_mirid: identity?.resourceId });
  }
});

test('requests that Azure refuses are refused', async () => {
  const unknown = '&client_id=11111111-1111-4111-8111-111111111111';
  const other = encodeURIComponent('https://nowhere.example');
  const answers = [
    await client.identity(imds),
    await client.identity(imds + unknown, metadata),
    await client.identity(`/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${other}`, metadata),
    await client.identity(appService),
    await client.identity(appService, { 'x-identity-header': 'guess' }),
    await client.identity(appService + unknown, secret),
    await client.identity('/oauth2/token', metadata, `resource=${encodeURIComponent(resource)}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 401, 400, 400]);
  expect(answers[0]?.json.error_description).toBe('Required metadata header not specified');
  expect(answers[1]?.json.error_description).toBe('Identity not found');
  expect(answers[2]?.json.error_description).toMatch(/^AADSTS500011/);
  expect(answers[6]?.json.error).toEqual({
    code: 'AudienceNotSupported',
    message: `Audience ${resource} is not a supported MSI token audience.`,
  });
});

test('the log keeps no token and no identity header', async () => {
  const { json } = await client.identity(appService, secret);
  await client.arm('/subscriptions?api-version=2022-12-01', String(json.access_token));
  const log = JSON.stringify(azure.requests);
  expect(log).toContain('/msi/token');
  expect(log).not.toContain(azure.identityHeader);
  expect(log).not.toContain(String(json.access_token));
});
