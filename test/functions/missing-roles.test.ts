import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';

// What docs/deploy.md promises for the minutes before new role assignments take effect.

const app = join(import.meta.dirname, '../../dist/functions.cjs');
let azure: LocalAzure;
const azurite = await newAzuriteAccount();
let host: HostProcess | undefined;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 2, vms: 2, awkward: false }) });
});
afterAll(async () => {
  await azure.stop();
});
beforeEach(() => {
  azure.reset();
  return async () => {
    await host?.end();
  };
});

async function start(env: Readonly<Record<string, string>>): Promise<HostProcess> {
  host = await startHostProcess(app, { env: { ...azure.environment('AppService'), ...env } });
  return host;
}

async function ask(path: string, method = 'GET') {
  const response = await fetch(`${host?.url}/api/${path}`, { method });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('without its data role, every answer that needs storage is 503 with the command that grants it', async () => {
  azure.faults.add({
    match: { endpoint: 'resourceManager', path: '^/account/' },
    answer: {
      kind: 'status',
      status: 403,
      headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' },
      body: '',
    },
  });
  const { process } = await start({
    AzureWebJobsStorage: azurite.connectionString,
    INVENTORY_STORAGE__blobServiceUri: `${azure.endpoint}/account`,
  });

  const refused = [await ask('virtualMachines'), await ask('runs'), await ask('runs', 'POST')];
  const health = await ask('health');
  const identity = await ask('identity');
  const requests = azure.requests.length;
  const again = [await ask('health'), await ask('identity')];

  expect(again).toEqual([health, identity]);
  expect(azure.requests).toHaveLength(requests);
  for (const { status, body } of refused) {
    expect([status, body.error.code]).toEqual([503, 'StorageDenied']);
    expect(JSON.stringify(body.error.details)).toContain('az role assignment create');
  }
  expect([health.status, health.body.status]).toEqual([503, 'unhealthy']);
  expect(identity.body.missingRights).toEqual([
    expect.objectContaining({ scope: `${azure.endpoint}/account`, role: 'Storage Blob Data Contributor' }),
  ]);
  expect(process.exitCode).toBeNull();
});

test('without Reader, a run succeeds incomplete, with the command that grants it', async () => {
  azure.faults.add({
    match: { path: '^/subscriptions$' },
    answer: { kind: 'status', status: 200, body: { value: [] } },
  });
  const { line } = await start({ AzureWebJobsStorage: azurite.connectionString });

  const { body: started } = await ask('runs', 'POST');
  let run = started;
  while (run.status === 'running') {
    await delay(50);
    run = (await ask(`runs/${started.id}`)).body;
  }
  const list = await ask('virtualMachines');
  const identity = await ask('identity');
  const logged = /\{"event":"inventoryRun",.*/.exec(await line(/"event":"inventoryRun"/))?.[0] ?? '';

  expect(JSON.parse(logged)).toMatchObject({ runId: run.id, complete: false, blindSpotsAppeared: 0 });
  expect(run).toMatchObject({ status: 'succeeded', complete: false, reason: { code: 'NoSubscriptions' } });
  expect(run.reason.hint).toContain('az role assignment create');
  expect([list.status, list.body.value, list.body.complete]).toEqual([200, [], false]);
  expect(identity.body.missingRights).toMatchObject([{ role: 'Reader' }]);
});
