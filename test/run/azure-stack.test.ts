import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { getLive, listLive } from '../../lib/collect/live-machines.ts';
import { openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';

let stand: AzureForTests;
let folder: string;
beforeEach(async () => {
  // Without user-assigned identities, which Azure Stack Hub does not have.
  const tenant = { subscriptions: 2, vms: 12, awkward: false, plain: true };
  stand = await startAzureForTests(tenant, undefined, 'azureStack');
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await stand[Symbol.asyncDispose]();
});

const subscriptionId = (index: number): string => stand.azure.tenant.subscriptions()[index]?.subscriptionId ?? '';
function collect(settings = stand.settings()) {
  const databasePath = join(folder, 'inventory.sqlite');
  const request = { databasePath, session: stand.session(settings), settings };
  return collectIntoFile({ ...request, trigger: 'cli', scope: null, signal: AbortSignal.timeout(20_000) });
}
function readCoverage() {
  using database = openForReading(join(folder, 'inventory.sqlite'));
  return readLedger(database, resolveAsOf(database, null)).coverage;
}

test('a run over Azure Stack Hub is complete: what it does not have is no gap', async () => {
  const run = await collect();

  expect(run).toMatchObject({ complete: true, virtualMachineCount: 24, coverage: { complete: 2 } });
  for (const { kinds } of readCoverage()) {
    expect(kinds).toMatchObject({
      virtualMachines: { status: 'complete', reason: null, count: 12 },
      powerStates: { status: 'complete', reason: null },
      scaleSets: { status: 'complete', reason: null },
      roleAssignments: { status: 'complete', reason: null },
      arcMachines: { status: 'complete', reason: { code: 'InvalidResourceNamespace' }, count: 0 },
      identities: { status: 'complete', reason: { code: 'InvalidResourceNamespace' }, count: 0 },
    });
  }
});

test('a second run finds the same', async () => {
  await collect();

  expect(await collect()).toMatchObject({ complete: true, changes: {} });
});

test('once a version was accepted, all subscriptions are read in it', async () => {
  await stand[Symbol.asyncDispose]();
  const tenant = { subscriptions: 60, vms: 1, awkward: false, plain: true };
  stand = await startAzureForTests(tenant, undefined, 'azureStack');
  const settings = stand.settings({ INVENTORY_CONCURRENCY: '2' });

  const run = await collect(settings);

  const refused = stand.azure.requests.filter(({ status }) => status === 400 || status === 404);
  const inVersion = ({ query }: { readonly query: string }) =>
    /2020-06-01|2016-06-01|2018-09-01|2015-07-01/.test(query);
  expect(run).toMatchObject({ complete: true, virtualMachineCount: 60 });
  expect(refused.filter(inVersion)).toEqual([]);
  // Arc machines and identities are refused in each subscription, all else only until the first answer.
  expect(refused.length - 2 * 60).toBeLessThan(60);
});

test('machines are read live, as a list and by id', async () => {
  const session = stand.session();
  const { signal } = new AbortController();
  const list = await listLive({
    session,
    settings: stand.settings(),
    subscriptionIds: [subscriptionId(0)],
    limit: 100,
    signal,
  });
  const [first] = list.machines;
  const machine = await getLive(session, first?.id ?? '', signal);

  expect(list.completeness.complete).toBe(true);
  expect(list.machines).toHaveLength(12);
  expect(machine).toMatchObject({ id: first?.id, identity: first?.identity, powerState: first?.powerState });
});

test('machines of Azure Arc that were known stay while the provider is missing', async () => {
  await stand[Symbol.asyncDispose]();
  stand = await startAzureForTests({ subscriptions: 2, vms: 12, awkward: false, scenes: true });
  const before = await collect();
  const gone = { error: { code: 'InvalidResourceNamespace', message: 'The resource namespace is invalid.' } };
  stand.azure.faults.add({
    match: { path: 'Microsoft.HybridCompute' },
    answer: { kind: 'status', status: 404, body: gone },
  });

  const run = await collect();

  expect(before.complete).toBe(true);
  expect(run.changes).toEqual({});
  const partial = readCoverage().filter(({ kinds }) => kinds.arcMachines?.status === 'partial');
  expect(partial.map(({ kinds }) => kinds.arcMachines?.reason?.code)).toContain('DeletionUnverified');
});
