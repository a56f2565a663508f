import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import type { WhoAmI } from '../../lib/rights/whoami.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { bundledProgram } from '../support/bundled-program.ts';

const program = await bundledProgram(join(import.meta.dirname, '../azure/fixtures/identity-process.ts'));
const role = (guid: string) => `/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const reader = role('acdd72a7-3385-48ef-bd42-f606fba81ae7');
/** Storage Blob Data Owner, whose name nobody may read here. */
const owner = role('b7e6dc6d-f1e8-4753-8033-0f276bb0955b');

let azure: LocalAzure;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 1, vms: 1, awkward: false }) });
});
afterAll(() => azure.stop());
beforeEach(() => azure.reset());

/** The environment of a Functions app whose storage another identity opens. */
function withStorageIdentity(): Readonly<Record<string, string>> {
  return {
    INVENTORY_STORAGE__blobServiceUri: `${azure.endpoint}/account`,
    INVENTORY_STORAGE__clientId: azure.tenant.userAssignedIdentities[0]?.clientId ?? '',
  };
}

/** Who the app is, and the lines on its other identities. */
async function whoami(more: Readonly<Record<string, string>>) {
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: '^/account/' },
    answer: { kind: 'status', status: 412, headers: { 'x-ms-error-code': 'ConditionNotMet' }, body: '' },
  });
  const { NODE_COMPILE_CACHE } = process.env;
  const variables = { ...azure.environment('AppService'), PATH: '/nowhere', FUNCTIONS_WORKER_RUNTIME: 'node' };
  const env = { ...variables, NODE_COMPILE_CACHE, ...more };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  const { identity, warnings }: { identity: WhoAmI; warnings: readonly string[] } = JSON.parse(stdout);
  return { identity, lines: warnings.filter((line) => line.includes('other identity')), stdout };
}

/** Resource Manager lists these assignments to everyone who asks. */
function assign(assignments: readonly { id: string; scope: string; role: string; to: string }[]): void {
  const value = assignments.map(({ id, scope, role: roleDefinitionId, to }) => ({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${id}`,
    properties: { scope, roleDefinitionId, principalId: to, principalType: 'ServicePrincipal' },
  }));
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: 'roleAssignments$' },
    answer: { kind: 'status', status: 200, body: { value } },
  });
}

const guid = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`;

test('the identity that read before keeps its roles: each is named, with the command that removes it', async () => {
  const [before] = azure.tenant.userAssignedIdentities;

  const { identity, lines, stdout } = await whoami(withStorageIdentity());

  expect(identity.principalId).toBe(azure.tenant.systemAssignedIdentity.principalId);
  expect(identity.otherIdentities).toMatchObject([
    { principalId: before?.principalId, clientId: before?.clientId, identityId: before?.resourceId },
  ]);
  const roles = identity.otherIdentities[0]?.roles ?? [];
  expect(roles.map(({ roleDefinitionName }) => roleDefinitionName)).toContain('Reader');
  for (const { removeCommand } of roles) expect(removeCommand).toMatch(/^az role assignment delete --ids '\/[^']+'$/);
  expect(lines).toHaveLength(roles.length);
  for (const { removeCommand, scope } of roles) expect(lines.join('\n')).toContain(`at ${scope}: ${removeCommand}`);
  expect(stdout).not.toMatch(/eyJ[\w-]+\.eyJ/);
  // Parsing drops fields that the shape does not have.
  expect(v.parse(shapes.Identity, identity)).toEqual(identity);
});

test('the system-assigned identity is the other one when a user-assigned one reads', async () => {
  const [reading] = azure.tenant.userAssignedIdentities;

  const { identity } = await whoami({ AZURE_CLIENT_ID: reading?.clientId ?? '' });

  expect(identity.otherIdentities).toMatchObject([
    { principalId: azure.tenant.systemAssignedIdentity.principalId, identityId: null },
  ]);
  expect(identity.otherIdentities[0]?.roles).not.toHaveLength(0);
});

test('one identity for everything has no other beside it', async () => {
  azure.faults.add({
    match: { endpoint: 'identity', query: '^(?!.*client_id)' },
    answer: { kind: 'status', status: 400, body: { statusCode: 400, message: 'No Managed Identity found for app' } },
  });

  const { identity, lines } = await whoami({
    ...withStorageIdentity(),
    AZURE_CLIENT_ID: azure.tenant.userAssignedIdentities[0]?.clientId ?? '',
  });

  expect([identity.otherIdentities, lines]).toEqual([[], []]);
});

test('a role that the app needs for its storage, or that a group has, has no command', async () => {
  const principalId = azure.tenant.userAssignedIdentities[0]?.principalId ?? '';
  const subscription = `/subscriptions/${azure.tenant.subscriptions()[0]?.subscriptionId}`;
  const account = (name: string) =>
    `${subscription}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/${name}`;
  assign([
    { id: guid(1), scope: account('account'), role: owner, to: principalId },
    { id: guid(2), scope: account('another'), role: owner, to: principalId },
    { id: guid(3), scope: subscription, role: reader, to: guid(9) },
  ]);

  const { identity, lines } = await whoami(withStorageIdentity());

  const [other] = identity.otherIdentities;
  expect(other?.roles?.map(({ scope, removeCommand }) => [scope, removeCommand])).toEqual([
    [subscription, null],
    [account('account'), null],
    [account('another'), expect.stringContaining(guid(2))],
  ]);
  expect(lines.filter((line) => line.includes('still holds'))).toEqual([expect.stringContaining(account('another'))]);
});

test('what the reading identity may not read, the other reads itself', async () => {
  // The reading identity lists its own roles first, then those of the other.
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: 'roleAssignments$' },
    skip: 1,
    times: 1,
    answer: { kind: 'status', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
  });

  const { identity, lines } = await whoami(withStorageIdentity());

  expect(identity.otherIdentities[0]?.roles).not.toHaveLength(0);
  expect(lines.filter((line) => line.includes('AuthorizationFailed'))).toEqual([]);
});

test('unreadable roles of the other are null with a warning, never an empty list', async () => {
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: 'roleAssignments$' },
    skip: 1,
    answer: { kind: 'status', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
  });

  const { identity, lines } = await whoami(withStorageIdentity());

  expect(identity.otherIdentities).toMatchObject([{ roles: null }]);
  expect(lines.join()).toContain('AuthorizationFailed');
});
