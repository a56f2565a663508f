import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { publishReading } from '../support/deployments.ts';
import { guid, having, machine, userAssigned } from '../support/readings.ts';
import { newStore } from '../support/stores.ts';

const app = join(import.meta.dirname, '../../dist/functions.cjs');
let azure: LocalAzure;
const azurite = await newAzuriteAccount();
let folder: string;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 1, vms: 3, awkward: false }) });
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
});
afterAll(async () => {
  await azure.stop();
  await rm(folder, { recursive: true });
});

async function ask(host: HostProcess, path: string, method = 'GET') {
  const response = await fetch(`${host.url}/api/${path}`, { method });
  return JSON.parse(await response.text());
}

async function runOn(host: HostProcess) {
  const { id } = await ask(host, 'runs', 'POST');
  await expect
    .poll(async () => (await ask(host, `runs/${id}`)).status, { timeout: 60_000, interval: 200 })
    .not.toBe('running');
  return ask(host, `runs/${id}`);
}

test('an app includes the databases of INVENTORY_SOURCES, and reports a missing one', async () => {
  const there = newStore(azurite.connectionString);
  const identity = having(userAssigned('theirs', { principalId: guid(71), clientId: guid(72) }));
  await publishReading(there.store, join(folder, 'there.sqlite'), {
    day: 20,
    subscriptions: { [guid(2)]: { machines: [machine('theirs', { subscriptionId: guid(2), identity })] } },
  });
  const host = await startHostProcess(app, {
    env: {
      ...azure.environment('AppService'),
      AzureWebJobsStorage: azurite.connectionString,
      INVENTORY_SOURCES: `${azurite.url}/${there.name}/`,
    },
  });
  try {
    const first = await runOn(host);
    const theirs = await ask(host, 'virtualMachines?name=theirs');
    const ledger = await ask(host, 'subscriptions');
    await there.container.delete();
    const second = await runOn(host);
    const after = await ask(host, 'virtualMachines');

    expect(first).toMatchObject({ status: 'succeeded', virtualMachineCount: 4 });
    expect(theirs.value).toMatchObject([{ name: 'theirs', subscriptionId: guid(2), stale: false }]);
    expect(ledger.value.find((row: { subscriptionId: string }) => row.subscriptionId === guid(2))).toMatchObject({
      status: 'partial',
      source: `${azurite.url}/${there.name}`,
      kinds: { virtualMachines: { status: 'complete' }, scaleSets: { reason: { code: 'NotReadBySource' } } },
    });
    expect(second).toMatchObject({ status: 'succeeded', complete: false, changes: {}, virtualMachineCount: 4 });
    expect(after.complete).toBe(false);
    expect(after.value.find(({ name }: { name: string }) => name === 'theirs')).toMatchObject({ stale: true });
  } finally {
    await host.end();
  }
}, 150_000);
