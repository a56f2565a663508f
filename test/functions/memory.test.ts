import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createInventory } from '../database/fixtures/inventory.ts';
import { startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { publishInventory } from '../support/publish-inventory.ts';

const app = join(import.meta.dirname, '../../dist/functions.cjs');

test('answers do not let the young generation of the heap grow to its limit of 128 MiB', async () => {
  const { connectionString } = await newAzuriteAccount();
  using inventory = createInventory();
  inventory.run();
  inventory.subscription('sub-1');
  inventory.read('sub-1');
  for (let number = 0; number < 2000; number++) inventory.machine({ name: `vm-${number}` });
  await publishInventory(connectionString, inventory);
  const folder = await mkdtemp(join(tmpdir(), 'memory-test-'));
  const probe = join(folder, 'probe.cjs');
  await writeFile(
    probe,
    `process.once('exit', () => {
       const young = require('node:v8').getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
       require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'bytes'))}, String(young.space_size));
     });`,
  );
  const host = await startHostProcess(app, {
    env: { AzureWebJobsStorage: connectionString, NODE_OPTIONS: `--require ${probe}` },
  });

  for (let skip = 0; skip < 300; skip++) {
    const answer = await fetch(`${host.url}/api/virtualMachines?skip=${skip}&maxpagesize=500`);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  }
  await host.end();
  const bytes = Number(await readFile(join(folder, 'bytes'), 'utf8'));
  await rm(folder, { recursive: true });

  expect(bytes).toBeLessThanOrEqual(32 * 2 ** 20);
});
