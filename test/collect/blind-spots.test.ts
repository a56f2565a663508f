import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { completeness } from '../../lib/database/queries/coverage/completeness.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import type { FaultAnswer } from '../../local/azure/faults/faults.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';

let stand: AzureForTests;
let folder: string;
beforeEach(async () => {
  stand = await startAzureForTests({ subscriptions: 3, vms: 4, awkward: false });
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await stand[Symbol.asyncDispose]();
});

const noDescendants: FaultAnswer = { kind: 'status', status: 200, body: { value: [] } };
const databasePath = () => join(folder, 'inventory.sqlite');
const hidden = () => stand.azure.tenant.subscriptions()[2]?.subscriptionId ?? '';
async function collect(managementGroup: string | null): Promise<Run> {
  const settings = stand.settings(managementGroup === null ? {} : { INVENTORY_MANAGEMENT_GROUPS: managementGroup });
  const request = { databasePath: databasePath(), session: stand.session(settings), settings };
  return collectIntoFile({ ...request, trigger: 'cli', scope: null, signal: AbortSignal.timeout(20_000) });
}
function read() {
  using database = openForReading(databasePath());
  const asOf = resolveAsOf(database, null);
  return {
    blindSpots: readLedger(database, asOf).blindSpots,
    machines: [...iterateVirtualMachines(database, asOf, {})],
    complete: completeness(database, asOf, ['virtualMachines'], {}).complete,
  };
}
const grantCommand = () =>
  `az role assignment create --assignee-object-id ${stand.azure.tenant.systemAssignedIdentity.principalId} --assignee-principal-type ServicePrincipal --role Reader --scope /subscriptions/${hidden()}`;

test('a subscription below the management group that the identity does not see is a blind spot, with the command that grants access', async () => {
  const displayName = stand.azure.tenant.subscriptions()[2]?.displayName;
  const id = hidden();
  stand.azure.tenant.hideSubscription(id);

  const run = await collect('northwind');

  expect(run).toMatchObject({ complete: false, virtualMachineCount: 8, coverage: { complete: 2, blindSpots: 1 } });
  expect(read().blindSpots).toEqual([
    {
      subscriptionId: id,
      displayName,
      source: 'managementGroup',
      since: run.startedAt,
      grantCommand: grantCommand(),
    },
  ]);
});

test('a subscription that is no longer visible is a blind spot, and none of its machines is deleted', async () => {
  const first = await collect('northwind');
  const id = hidden();
  stand.azure.tenant.hideSubscription(id);

  const run = await collect('northwind');

  expect(first).toMatchObject({ complete: true, coverage: { blindSpots: 0 } });
  expect(run).toMatchObject({ complete: false, virtualMachineCount: 12, changes: { subscriptionLost: 1 } });
  expect(read().blindSpots).toMatchObject([
    { subscriptionId: id, source: 'previousRun', since: run.startedAt, grantCommand: grantCommand() },
  ]);
  expect(read().machines.filter(({ stale }) => stale)).toHaveLength(4);
});

test('without the right to list descendants blind spots are null, the run says why, and visible subscriptions are still read', async () => {
  stand.azure.tenant.managementGroupReader = false;

  const run = await collect('northwind');

  expect(run).toMatchObject({ complete: false, virtualMachineCount: 12, coverage: { complete: 3, blindSpots: null } });
  expect(run.reason).toMatchObject({ code: 'ManagementGroupsNotRead' });
  expect(run.reason?.message).toContain('northwind: AuthorizationFailed');
  expect(read().blindSpots).toBeNull();
});

test('one group that does not exist is named, and the blind spots below the others count', async () => {
  const id = hidden();
  stand.azure.tenant.hideSubscription(id);

  const run = await collect('Northwind Traders,northwind');

  expect(run).toMatchObject({ complete: false, coverage: { complete: 2, blindSpots: 1 } });
  expect(run.reason).toMatchObject({ code: 'ManagementGroupsNotRead' });
  expect(run.reason?.message).toMatch(/Northwind Traders: NotFound/);
  expect(run.reason?.message).not.toContain('northwind:');
  expect(read()).toMatchObject({ blindSpots: [{ subscriptionId: id, source: 'managementGroup' }], complete: false });
});

test('no blind spot below the groups that were read leaves the answer incomplete while one group is unread', async () => {
  const run = await collect('northwind,gone');

  expect(run).toMatchObject({ complete: false, coverage: { complete: 3, blindSpots: 0 } });
  expect(read()).toMatchObject({ blindSpots: [], complete: false });
  expect(await collect('northwind')).toMatchObject({ complete: true, reason: null });
});

test('a blind spot of a group that cannot be read any more stays, until its subscription is visible', async () => {
  const id = hidden();
  stand.azure.tenant.hideSubscription(id);
  const first = await collect('northwind');
  stand.azure.tenant.managementGroupReader = false;
  stand.azure.faults.add({ match: { path: '/managementGroups/other/' }, answer: noDescendants });

  expect(await collect('northwind,other')).toMatchObject({ complete: false, coverage: { blindSpots: 1 } });
  expect(read().blindSpots).toMatchObject([{ subscriptionId: id, since: first.startedAt }]);

  stand.azure.tenant.changeSubscription(id, { listed: true, access: { kind: 'reader' } });

  expect(await collect('northwind,other')).toMatchObject({ complete: false, coverage: { blindSpots: 0 } });
});

test('a blind spot keeps the run that found it, until the subscription is visible again', async () => {
  const id = hidden();
  stand.azure.tenant.hideSubscription(id);
  const first = await collect('northwind');
  await collect('northwind');

  expect(read().blindSpots).toMatchObject([{ subscriptionId: id, since: first.startedAt }]);

  stand.azure.tenant.changeSubscription(id, { listed: true, access: { kind: 'reader' } });
  const last = await collect('northwind');

  expect(last).toMatchObject({ complete: true, virtualMachineCount: 12, changes: { subscriptionAppeared: 1 } });
  expect(read().blindSpots).toEqual([]);
});
