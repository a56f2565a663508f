import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Reason } from '../../lib/errors.ts';
import type { WhoAmI } from '../../lib/rights/whoami.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { bundledProgram } from '../support/bundled-program.ts';

const program = await bundledProgram(join(import.meta.dirname, '../azure/fixtures/identity-process.ts'));

interface Outcome {
  readonly identity: WhoAmI;
  readonly warnings: readonly string[];
  readonly error?: Reason;
}

let azure: LocalAzure;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 3, vms: 2, awkward: false }) });
});
afterAll(() => azure.stop());
beforeEach(() => azure.reset());

async function run(environment: Readonly<Record<string, string>>): Promise<Outcome> {
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { PATH: '/nowhere', FUNCTIONS_WORKER_RUNTIME: 'node', NODE_COMPILE_CACHE, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  return JSON.parse(stdout);
}

test('a system-assigned identity says who it is and what it may do', async () => {
  const { identity, warnings } = await run(azure.environment('AppService'));

  const { principalId, clientId } = azure.tenant.systemAssignedIdentity;
  expect(identity).toMatchObject({
    source: 'AppService',
    endpoint: `${azure.identityEndpoint}/msi/token`,
    principalId,
    clientId,
    identityId: null,
    tenantId: azure.tenant.tenantId,
    audience: 'https://management.azure.com',
    cloud: 'AzureCloud',
    nodeVersion: process.version,
  });
  expect(identity.expiresOn).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(identity.roles?.map((role) => role.roleDefinitionName)).toContain('Reader');
  expect(warnings).toEqual([]);
});

test('a user-assigned identity names its resource', async () => {
  const [assigned] = azure.tenant.userAssignedIdentities;

  const { identity } = await run({ ...azure.environment('IMDS'), AZURE_CLIENT_ID: assigned?.clientId ?? '' });

  expect(identity).toMatchObject({ principalId: assigned?.principalId, identityId: assigned?.resourceId });
});

test('each role definition is read once, no matter how many subscriptions assign it', async () => {
  await run(azure.environment('AppService'));

  const guids = azure.requests.flatMap(({ path }) => /roleDefinitions\/([^/]+)$/i.exec(path)?.[1] ?? []);
  expect(guids).not.toHaveLength(0);
  expect(new Set(guids).size).toBe(guids.length);
});

test('unreadable roles are null with a warning, never an empty list', async () => {
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: 'roleAssignments' },
    answer: { kind: 'status', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
  });

  const { identity, warnings } = await run(azure.environment('AppService'));

  expect(identity.roles).toBeNull();
  expect(warnings.join()).toContain('AuthorizationFailed');
});

test('roles that are unreadable in one subscription are a warning, and the others are shown', async () => {
  const [lost] = azure.tenant.subscriptions();
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: `${lost?.subscriptionId}/.*roleAssignments` },
    answer: { kind: 'status', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
  });

  const { identity, warnings } = await run(azure.environment('AppService'));

  expect(identity.roles).not.toHaveLength(0);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(lost?.subscriptionId);
});

test.each(['expiredToken', 'claimsChallenge'] as const)(
  'after %s from Resource Manager it continues with a new token',
  async (kind) => {
    azure.faults.add({ match: { endpoint: 'resourceManager' }, times: 1, answer: { kind } });

    const { identity, warnings, error } = await run(azure.environment('AppService'));

    expect(error).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(identity.roles).not.toHaveLength(0);
    expect(azure.requests.filter((request) => request.path.includes('/msi/token'))).toHaveLength(2);
  },
);

test.each(['AppService', 'IMDS', 'CloudShell'] as const)(
  '%s gives a token that Resource Manager accepts',
  async (source) => {
    const { identity, error } = await run(azure.environment(source));

    expect(error).toBeUndefined();
    expect(identity).toMatchObject({ source });
    expect(identity.roles).not.toBeNull();
  },
);

/** Blob storage with the same certificate that answers every request with that error. */
function storageThatAnswers(status: number, code: string): Readonly<Record<string, string>> {
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: '^/account/' },
    answer: { kind: 'status', status, headers: { 'x-ms-error-code': code }, body: '' },
  });
  return { INVENTORY_STORAGE__blobServiceUri: `${azure.endpoint}/account` };
}

test('each missing right has the command that grants it, in the answer and in a warning', async () => {
  const [first] = azure.tenant.subscriptions();
  azure.tenant.setAccess(first?.subscriptionId ?? '', { kind: 'none' });

  const storage = storageThatAnswers(403, 'AuthorizationPermissionMismatch');
  const { identity, warnings } = await run({ ...azure.environment('AppService'), ...storage });
  azure.tenant.setAccess(first?.subscriptionId ?? '', { kind: 'reader' });

  const { principalId } = azure.tenant.systemAssignedIdentity;
  const create = `az role assignment create --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal`;
  expect(identity.missingRights).toEqual([
    {
      scope: `/subscriptions/${first?.subscriptionId}`,
      role: 'Reader',
      grantCommand: `${create} --role Reader --scope /subscriptions/${first?.subscriptionId}`,
    },
    {
      scope: `${azure.endpoint}/account`,
      role: 'Storage Blob Data Contributor',
      grantCommand: expect.stringContaining(`${create} --role "Storage Blob Data Contributor" --scope "$(az storage`),
    },
  ]);
  for (const { grantCommand } of identity.missingRights ?? []) expect(warnings.join('\n')).toContain(grantCommand);
});

test('storage that network rules block is not a missing role', async () => {
  const storage = storageThatAnswers(403, 'AuthorizationFailure');

  const { identity, warnings } = await run({ ...azure.environment('AppService'), ...storage });

  expect(identity.missingRights).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('missing on the storage account: StorageDenied')]);
});

test('nothing is missing if storage would accept a write', async () => {
  const storage = storageThatAnswers(412, 'ConditionNotMet');

  const { identity, warnings } = await run({ ...azure.environment('AppService'), ...storage });

  expect([identity.missingRights, warnings]).toEqual([[], []]);
});
