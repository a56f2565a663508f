import { afterAll, beforeAll, expect, test } from 'vitest';
import { InventoryError, type Reason } from '../../lib/errors.ts';
import { writeReports } from '../../lib/run/report-step.ts';
import { readSettings } from '../../lib/settings.ts';
import { createInventory, runIdOf } from '../database/fixtures/inventory.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { startBlobProxy } from '../support/blob-proxy.ts';
import { never, newStore } from '../support/stores.ts';

const files = 'virtualMachines.csv,changes.ndjson,virtualMachines.html,principals.xlsx';
const azurite = await newAzuriteAccount();
const inventory = createInventory();

beforeAll(async () => {
  for (const name of ['a', 'b']) {
    inventory.run();
    inventory.subscription('sub-1');
    inventory.machine({ name });
  }
});
afterAll(async () => {
  inventory[Symbol.dispose]();
});

async function arranged(reports: string, connectionString = azurite.connectionString) {
  const warnings: Reason[] = [];
  const { store, container } = newStore(connectionString);
  await container.create();
  const settings = readSettings({ INVENTORY_REPORTS: reports });
  const environment = {
    store,
    settings,
    acceptedFindings: async () => [],
    warn: (reason: Reason) => void warnings.push(reason),
  };
  const read = async (file: string, runId = runIdOf(2)) =>
    (await container.getBlobClient(`reports/${runId}/${file}`).downloadToBuffer()).toString();
  return { environment, container, warnings, read };
}

test('each report is written below the id of the run, as that run was', async () => {
  const { environment, container, warnings, read } = await arranged(files);

  for (const seq of [1, 2]) {
    await writeReports(environment, { database: inventory.database, runId: runIdOf(seq) }, never);
  }

  const [first, second] = [await read('virtualMachines.csv', runIdOf(1)), await read('virtualMachines.csv')];
  const { contentType } = await container.getBlobClient(`reports/${runIdOf(2)}/virtualMachines.html`).getProperties();
  expect(warnings).toEqual([]);
  expect([first, second].map((text) => text.split('\r\n').length)).toEqual([3, 4]);
  expect(await read('principals.xlsx')).toMatch(/^PK/);
  expect(await read('changes.ndjson')).toBe('');
  expect(contentType).toBe('text/html; charset=utf-8');
});

test('a report that fails warns, and the others are written', async () => {
  await using proxy = await startBlobProxy(azurite.origin);
  const { environment, warnings, read } = await arranged(files, azurite.connectionStringVia(proxy.origin));
  proxy.treat = (line) => (line.includes('changes.ndjson') ? { status: 403, code: 'AuthorizationFailure' } : 'pass');

  await writeReports(environment, { database: inventory.database, runId: runIdOf(2) }, never);

  expect(warnings).toMatchObject([
    { code: 'StorageDenied', message: expect.stringContaining('changes.ndjson of run') },
  ]);
  expect(await read('virtualMachines.html')).toContain('</html>');
});

test('findings are not written when it is unknown which are accepted', async () => {
  const { environment, container, warnings } = await arranged('findings.csv');
  const acceptedFindings = async () => {
    throw new InventoryError('StorageDenied', 'The accepted findings could not be read');
  };

  await writeReports({ ...environment, acceptedFindings }, { database: inventory.database, runId: runIdOf(2) }, never);

  expect(warnings).toMatchObject([{ message: expect.stringContaining('The accepted findings could not be read') }]);
  expect(await container.getBlobClient(`reports/${runIdOf(2)}/findings.csv`).exists()).toBe(false);
});

test('a report that fails halfway leaves no partial file', async () => {
  const { environment, container } = await arranged('');
  function* broken() {
    for (let n = 0; n < 3; n++) yield new Uint8Array(4 * 1024 * 1024);
    throw new InventoryError('DatabaseBroken', 'no more rows');
  }

  const written = environment.store.writeReport({ runId: 'r', file: 'f', contentType: 'text/csv' }, broken(), never);

  await expect(written).rejects.toBeInstanceOf(InventoryError);
  expect(await container.getBlobClient('reports/r/f').exists()).toBe(false);
});
