import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MissingRights } from '../../lib/inventory/roles/missing-right.ts';
import { findMissingRights } from '../../lib/rights/missing-rights.ts';
import type { Environment } from '../../lib/settings.ts';
import { rootManagementGroup } from '../../local/azure/tenant/subscriptions.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { guid } from '../support/readings.ts';
import { never } from '../support/stores.ts';

let azureForTests: AzureForTests;
let readable: string;
beforeAll(async () => {
  azureForTests = await startAzureForTests({ subscriptions: 2, vms: 1 });
  readable = azureForTests.azure.tenant.subscriptions()[0]?.subscriptionId ?? '';
});
afterAll(() => azureForTests[Symbol.asyncDispose]());
beforeEach(() => azureForTests.azure.reset());

const principalId = (): string => azureForTests.azure.tenant.systemAssignedIdentity.principalId;
const byName = (displayName: RegExp): string =>
  azureForTests.azure.tenant.subscriptions().find((one) => displayName.test(one.displayName))?.subscriptionId ?? '';

function find(environment: Environment = {}): Promise<MissingRights> {
  const settings = azureForTests.settings(environment);
  const { arm, tokens } = azureForTests.session(settings);
  return findMissingRights({ arm, tokens, settings, environment, principalId: principalId(), signal: never });
}

const missingReader = (subscriptionId: string) => ({
  scope: `/subscriptions/${subscriptionId}`,
  role: 'Reader',
  grantCommand: `az role assignment create --assignee-object-id ${principalId()} --assignee-principal-type ServicePrincipal --role Reader --scope /subscriptions/${subscriptionId}`,
});

test('Reader is missing where the identity sees a subscription in part or not at all, not where one cannot hold machines', async () => {
  const { missingRights, warnings } = await find();

  const partly = [/one resource group/, /Acquisitions/, /roles hidden/].map(byName);
  const expected = partly.toSorted().map(missingReader);
  expect(missingRights).toEqual(expected);
  expect(warnings).toEqual([]);
});

test('a subscription that the settings name and the identity does not see lacks Reader; one left out lacks nothing', async () => {
  const { missingRights } = await find({
    INVENTORY_SUBSCRIPTIONS: `${readable},${guid(1)},${guid(2)}`,
    INVENTORY_EXCLUDE_SUBSCRIPTIONS: guid(2),
  });

  expect(missingRights).toEqual([missingReader(guid(1))]);
});

test('subscriptions below a management group that the identity does not see lack Reader', async () => {
  const { missingRights } = await find({ INVENTORY_MANAGEMENT_GROUPS: rootManagementGroup });

  expect(missingRights).toContainEqual(missingReader(byName(/Payroll/)));
});

test('a management group that cannot be listed lacks Management Group Reader', async () => {
  azureForTests.azure.tenant.managementGroupReader = false;
  const { missingRights } = await find({
    INVENTORY_MANAGEMENT_GROUPS: rootManagementGroup,
    INVENTORY_SUBSCRIPTIONS: readable,
  });
  azureForTests.azure.tenant.managementGroupReader = true;

  const scope = `/providers/Microsoft.Management/managementGroups/${rootManagementGroup}`;
  expect(missingRights).toEqual([
    {
      scope,
      role: 'Management Group Reader',
      grantCommand: `az role assignment create --assignee-object-id ${principalId()} --assignee-principal-type ServicePrincipal --role "Management Group Reader" --scope ${scope}`,
    },
  ]);
});

test('an identity that sees no subscription lacks Reader on one', async () => {
  azureForTests.azure.faults.add({
    match: { path: '^/subscriptions$' },
    answer: { kind: 'status', status: 200, body: { value: [] } },
  });

  expect((await find()).missingRights).toEqual([missingReader('SUBSCRIPTION-ID')]);
});

test('an unknown right is a warning, and null rather than nothing missing', async () => {
  const answer = {
    kind: 'status',
    status: 404,
    body: { error: { code: 'Strange', message: 'no such thing' } },
  } as const;
  azureForTests.azure.faults.add({ match: { path: '^/subscriptions$' }, answer });

  const { missingRights, warnings } = await find();

  expect(missingRights).toBeNull();
  expect(warnings).toEqual([
    expect.stringMatching(/^Cannot tell whether a right is missing on subscriptions: Strange: .*no such thing/),
  ]);
});

test('a missing token for the storage account is a warning, and the rest continues', async () => {
  const strangers: unknown[] = [];
  const listen = (reason: unknown): void => void strangers.push(reason);
  process.on('unhandledRejection', listen);
  // Subscriptions are still being listed when it fails.
  azureForTests.azure.faults.add({ match: { path: '^/subscriptions$' }, answer: { kind: 'delay', ms: 500 } });

  const { missingRights, warnings } = await find({
    INVENTORY_STORAGE__blobServiceUri: 'https://account.blob.core.windows.net',
    INVENTORY_STORAGE__credential: 'managedidentity',
    INVENTORY_STORAGE__clientId: guid(7),
  });
  process.off('unhandledRejection', listen);

  expect(strangers).toEqual([]);
  expect(missingRights).not.toBeNull();
  expect(warnings).toEqual([expect.stringMatching(/^Cannot tell whether a right is missing on the storage account: /)]);
});
