import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { createInventory, runIdOf } from '../database/fixtures/inventory.ts';
import { callCli } from './call-cli.ts';
import { runCli } from './run-cli.ts';

const one = '11111111-0000-4000-8000-000000000001';
const system = 'aaaaaaaa-0000-4000-8000-000000000001';
const inventory = createInventory();

beforeAll(() => {
  inventory.run();
  inventory.subscription(one, { displayName: 'One' });
  for (const kind of allKinds) inventory.read(one, 'complete', { kind });
  const web = inventory.machine({ name: 'web', subscription: one, identityType: 'SystemAssigned' });
  inventory.attach(web, inventory.systemAssigned(system), 0);
  inventory.run();
  for (const kind of allKinds) inventory.read(one, 'complete', { kind });
  inventory.finding({ rule: 'sharedIdentity', severity: 'low', resourceId: 'x', principalId: system });
  inventory.end(web, 'virtualMachineDeleted');
  inventory.machine({ name: 'db', subscription: one });
});
afterAll(() => {
  inventory.database.close();
  rmSync(dirname(inventory.path), { recursive: true });
});

// The other commands need a token: azure.test.ts runs them as they are shipped.
test.each([
  [['runs'], 0, ''],
  [['list', '-o', 'csv'], 0, ''],
  [['show', 'db', '-o', 'table'], 0, ''],
  [['principals', '--stdin'], 0, `${system}\n`],
  [['principals', '-o', 'yaml'], 0, ''],
  [['search', 'db'], 0, ''],
  [['subscriptions', '-o', 'tsv'], 0, ''],
  [['changes', '--from', runIdOf(1)], 0, ''],
  [['findings', '-o', 'ndjson'], 0, ''],
  [['report', '--format', 'md'], 0, ''],
  [['forget', one, '--reason', 'x'], 1, ''],
  [['show', 'gone'], 5, ''],
  [['list', '--nmae', 'x'], 2, ''],
] as const)('What is shipped answers %j as the sources do', async (args, code, stdin) => {
  const all = [...args, '--database', inventory.path];

  const [shipped, called] = await Promise.all([runCli(all, { stdin }), callCli(all, { stdin })]);

  expect(shipped).toEqual(called);
  expect([shipped.code, shipped.stdout === '' && shipped.stderr === '']).toEqual([code, false]);
});

test.each(['--version', '--help'])('What is shipped answers %s as the sources do', async (option) => {
  expect(await runCli([option])).toEqual(await callCli([option]));
});
