import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { iteratePrincipals } from '../../lib/database/queries/principals/principals.ts';
import type { Coverage } from '../../lib/inventory/coverage.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import type { FaultAnswer } from '../../local/azure/faults/faults.ts';
import { customRole } from '../../local/azure/tenant/access/role-definitions.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { forbidden, serverError } from '../support/fault-presets.ts';

let stand: AzureForTests;
let folder: string;
beforeEach(async () => {
  stand = await startAzureForTests({ subscriptions: 2, vms: 12, awkward: false });
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await stand[Symbol.asyncDispose]();
});

const databasePath = () => join(folder, 'inventory.sqlite');
const subscriptionId = (index: number): string => stand.azure.tenant.subscriptions()[index]?.subscriptionId ?? '';
const fail = (path: string, answer: FaultAnswer) => stand.azure.faults.add({ match: { path }, answer });
async function collect(clientIds = false): Promise<Run> {
  const settings = stand.settings();
  const request = { databasePath: databasePath(), session: stand.session(settings), settings, clientIds };
  return collectIntoFile({ ...request, trigger: 'cli', scope: null, signal: AbortSignal.timeout(20_000) });
}
function read(): { coverage: readonly Coverage[]; principals: Principal[] } {
  using database = openForReading(databasePath());
  const asOf = resolveAsOf(database, null);
  return { coverage: readLedger(database, asOf).coverage, principals: [...iteratePrincipals(database, asOf, {})] };
}
const kindsOf = (index: number) => read().coverage.find((row) => row.subscriptionId === subscriptionId(index))?.kinds;

describe('a kind that is denied in one subscription', () => {
  test.each([
    ['scaleSets', 'Microsoft.Compute/virtualMachineScaleSets$'],
    ['arcMachines', 'Microsoft.HybridCompute/machines$'],
    ['identities', 'Microsoft.ManagedIdentity/userAssignedIdentities$'],
    ['roleAssignments', 'Microsoft.Authorization/roleAssignments$'],
  ] as const)('%s: ends nothing, and its subscription alone is partial', async (kind, list) => {
    await collect();
    fail(`${subscriptionId(1)}/providers/${list}`, forbidden('x', 'y'));

    const run = await collect();

    expect(run).toMatchObject({ complete: false, changes: {}, coverage: { complete: 1, partial: 1 } });
    const others = Object.entries(kindsOf(1) ?? {}).filter(([name]) => name !== kind);
    expect(kindsOf(1)?.[kind]).toMatchObject({ status: 'denied', reason: { code: 'AuthorizationFailed' } });
    expect(new Set(others.map(([, { status }]) => status))).toEqual(new Set(['complete']));
  });
});

describe('a token that one list of one subscription refuses, even after a new one', () => {
  const refused = (code: string): FaultAnswer => ({
    kind: 'status',
    status: 401,
    body: { error: { code, message: 'The access token is refused.' } },
  });

  test.each([
    ['virtualMachines', 'Microsoft.Compute/virtualMachines$', 'ExpiredAuthenticationToken', 'failed'],
    ['arcMachines', 'Microsoft.HybridCompute/machines$', 'InvalidAuthenticationToken', 'partial'],
    ['roleAssignments', 'Microsoft.Authorization/roleAssignments$', 'ExpiredAuthenticationToken', 'partial'],
  ] as const)('%s: that kind fails there with that code, and ends nothing', async (kind, list, code, status) => {
    await collect();
    fail(`${subscriptionId(1)}/providers/${list}`, refused(code));

    const run = await collect();

    expect(run).toMatchObject({ complete: false, changes: {}, coverage: { complete: 1, [status]: 1 } });
    expect(kindsOf(1)?.[kind]).toMatchObject({ status: 'failed', reason: { code } });
    expect(Object.values(kindsOf(0) ?? {}).map((one) => one.status)).toEqual(Array(6).fill('complete'));
  });

  test('the rights of one subscription: its lists are not proven', async () => {
    fail(`${subscriptionId(1)}/providers/Microsoft.Authorization/permissions$`, refused('ExpiredAuthenticationToken'));

    const run = await collect();

    expect(run).toMatchObject({ complete: false, coverage: { complete: 1, partial: 1 } });
    expect(kindsOf(1)?.virtualMachines).toMatchObject({ status: 'partial', reason: { code: 'RightsNotProven' } });
  });

  test('a read by id: the machine stays', async () => {
    await collect();
    const machine = stand.azure.tenant.virtualMachines(subscriptionId(1))[0]?.id ?? '';
    stand.azure.tenant.removeVirtualMachine(machine);
    fail(`${machine.split('/').at(-1)}$`, refused('ExpiredAuthenticationToken'));

    const run = await collect();

    expect(run).toMatchObject({ complete: false, changes: {} });
    expect(kindsOf(1)?.virtualMachines).toMatchObject({ status: 'partial', reason: { code: 'DeletionUnverified' } });
  });

  test('the list of subscriptions: there is no token, and no run', async () => {
    await collect();
    fail('^/subscriptions$', refused('ExpiredAuthenticationToken'));

    await expect(collect()).rejects.toMatchObject({ name: 'NoTokenError', code: 'ExpiredAuthenticationToken' });
  });
});

describe('a custom role that is assignable in a resource group only', () => {
  /** Assigns it to the system-assigned identity of a machine. @returns its guid, and the principal */
  function assignNarrowRole() {
    const { tenant } = stand.azure;
    const machine = tenant
      .virtualMachines(subscriptionId(1))
      .find(({ identity }) => typeof identity?.principalId === 'string');
    const principalId = String(machine?.identity?.principalId);
    const scope = String(machine?.id).split('/providers/')[0] ?? '';
    const role = customRole(tenant.tenantId, 'Group Operator', ['Microsoft.Compute/*'], [scope]);
    tenant.roleAssignments.add({ scope, role, principalId, principalType: 'ServicePrincipal' });
    return { role: role.name, principalId, scope };
  }
  const rolesOf = (principalId: string, scope: string) =>
    read()
      .principals.find((one) => one.principalId === principalId)
      ?.roleAssignments.filter((one) => one.scope === scope)
      .map(({ roleDefinitionName }) => roleDefinitionName);

  test('has its name, and the kind is complete', async () => {
    const { principalId, scope } = assignNarrowRole();

    const run = await collect();

    expect(run.complete).toBe(true);
    expect(rolesOf(principalId, scope)).toEqual(['Group Operator']);
  });

  test('has no name and makes the kind partial while it cannot be read', async () => {
    const { role, principalId, scope } = assignNarrowRole();
    fail(`/roleDefinitions/${role}$`, forbidden('Microsoft.Authorization/roleDefinitions/read', scope));

    const run = await collect();

    expect(run).toMatchObject({ complete: false, coverage: { complete: 1, partial: 1 } });
    expect(kindsOf(1)?.roleAssignments).toMatchObject({
      status: 'partial',
      reason: { code: 'RoleDefinitionsNotRead' },
    });
    expect(rolesOf(principalId, scope)).toEqual([null]);
  });

  test('is reported as deleted once it is, and keeps the name that it had', async () => {
    const { role, principalId, scope } = assignNarrowRole();
    const gone: FaultAnswer = {
      kind: 'status',
      status: 404,
      body: { error: { code: 'RoleDefinitionDoesNotExist', message: 'The role does not exist.' } },
    };
    fail(`/roleDefinitions/${role}$`, gone);

    expect(await collect()).toMatchObject({ complete: true });
    expect(kindsOf(1)?.roleAssignments).toMatchObject({
      status: 'complete',
      reason: { code: 'RoleDefinitionDeleted' },
    });
    expect(rolesOf(principalId, scope)).toEqual(['(deleted role)']);

    stand.azure.faults.clear();
    await collect();
    fail(`/roleDefinitions/${role}$`, gone);
    await collect();

    expect(kindsOf(1)?.roleAssignments).toMatchObject({ reason: { code: 'RoleDefinitionDeleted' } });
    expect(rolesOf(principalId, scope)).toEqual(['Group Operator']);
  });
});

describe('what the merge asks', () => {
  test('federated credentials of identities on machines come with them; where they fail, the kind is partial', async () => {
    const run = await collect();
    expect(run.complete).toBe(true);
    fail(`${subscriptionId(1)}/.*/federatedIdentityCredentials$`, forbidden('x', 'y'));

    const second = await collect();

    expect(second).toMatchObject({ complete: false, changes: {} });
    expect(kindsOf(1)?.identities).toMatchObject({
      status: 'partial',
      reason: { code: 'FederatedCredentialsNotRead' },
    });
    expect(kindsOf(0)?.identities).toMatchObject({ status: 'complete' });
  });

  test('an identity that the list lacks is read by id; if that fails, it stays', async () => {
    fail('/userAssignedIdentities/id-\\w+-deleted$', serverError(503));

    const run = await collect();

    expect(run.complete).toBe(false);
    const reasons = [0, 1].map((index) => kindsOf(index)?.identities?.reason?.code);
    expect(reasons).toContain('DeletionUnverified');
    expect(read().principals.filter(({ state }) => state === 'dangling')).toEqual([]);
    stand.azure.faults.clear();
    expect((await collect()).complete).toBe(true);
    expect(read().principals.some(({ state }) => state === 'dangling')).toBe(true);
  });

  test('client ids of system-assigned identities are read only on request, and each once', async () => {
    const system = () => read().principals.filter(({ kind }) => kind === 'SystemAssigned');
    const asked = () => stand.azure.requests.filter(({ path }) => path.endsWith('/identities/default'));
    await collect();
    expect(asked()).toEqual([]);
    expect(new Set(system().map(({ clientId }) => clientId))).toEqual(new Set([null]));

    expect((await collect(true)).complete).toBe(true);
    expect(asked()).toHaveLength(system().length);
    expect(system().map(({ clientId }) => clientId)).not.toContain(null);

    stand.azure.reset();
    await collect(true);
    expect(asked()).toEqual([]);
    expect(system().map(({ clientId }) => clientId)).not.toContain(null);
  });

  test('a client id that cannot be read makes the kind partial and removes no machine', async () => {
    fail(`${subscriptionId(1)}/.*/identities/default$`, forbidden('x', 'y'));

    const run = await collect(true);

    expect(run).toMatchObject({ complete: false, virtualMachineCount: 24 });
    expect(kindsOf(1)?.identities).toMatchObject({ status: 'partial', reason: { code: 'ClientIdNotRead' } });
    expect(kindsOf(1)?.virtualMachines).toMatchObject({ status: 'complete' });
    expect(kindsOf(0)?.identities).toMatchObject({ status: 'complete' });
  });
});
