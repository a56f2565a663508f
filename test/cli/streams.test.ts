import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { createInventory } from '../database/fixtures/inventory.ts';
import { forbidden } from '../support/fault-presets.ts';
import { bundledCli, startCli } from './run-cli.ts';

const subscription = '11111111-0000-4000-8000-000000000001';
const forms = ['table', 'json', 'tsv', 'csv', 'yaml', 'ndjson'];
/** More than a pipe can hold. */
const machines = 1_000;
const inventory = createInventory();

beforeAll(() => {
  inventory.run();
  inventory.subscription(subscription);
  for (const kind of allKinds) inventory.read(subscription, 'complete', { kind });
  inventory.database.exec('BEGIN');
  for (let number = 0; number < machines; number += 1) inventory.machine({ name: `vm-${number}`, subscription });
  inventory.database.exec('COMMIT');
});
afterAll(() => {
  inventory.database.close();
  rmSync(dirname(inventory.path), { recursive: true });
});

type Options = Parameters<typeof startCli>[1];

/** The result of a process that has one of its two output streams closed from the beginning. */
async function without(lost: 'stdout' | 'stderr', args: readonly string[], options: Options = {}) {
  const child = startCli(args, options);
  child[lost].destroy();
  child.stdin.end();
  const [other] = await Promise.all([text(lost === 'stdout' ? child.stderr : child.stdout), once(child, 'close')]);
  return { code: child.exitCode, other };
}

describe('standard output without a reader', () => {
  test.each([[['--help']], [['list', '--help']], [['help', 'list']], [['--version']]])(
    'ends %j quietly',
    async (args) => {
      expect(await without('stdout', args)).toEqual({ code: 0, other: '' });
    },
  );

  test.each(forms)('ends a list as %s quietly', async (form) => {
    expect(await without('stdout', ['list', '-o', form, '--database', inventory.path])).toEqual({ code: 0, other: '' });
  });

  test.each(['csv', 'ndjson', 'html', 'md'])('ends a report as %s quietly', async (format) => {
    const args = ['report', '--format', format, '--database', inventory.path];

    expect(await without('stdout', args)).toEqual({ code: 0, other: '' });
  });

  test.each(forms)('ends a list as %s quietly after its first line', async (form) => {
    const child = startCli(['list', '-o', form, '--database', inventory.path]);
    child.stdout.once('data', () => child.stdout.destroy());

    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);

    expect({ code: child.exitCode, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('standard output on a full disk', () => {
  test
    .skipIf(!existsSync('/dev/full'))
    .each([[['list', '--database', inventory.path]], [['report', '--database', inventory.path]], [['--help']]])(
    'makes %j fail, visibly',
    async (args) => {
      const full = openSync('/dev/full', 'w');
      const options: SpawnOptions = { env: { PATH: process.env.PATH }, stdio: ['ignore', full, 'pipe'] };
      const child = spawn(process.execPath, [bundledCli, ...args], options);
      const closed = once(child, 'close');
      closeSync(full);
      const stderr = await text(child.stderr ?? Readable.from([]));
      await closed;

      expect(child.exitCode).toBe(1);
      expect(stderr).toMatch(/^error OutputNotWritten: Standard output failed: ENOSPC: .+\n$/);
    },
  );
});

describe('standard error without a reader', () => {
  let azure: LocalAzure;
  let cwd: string;
  beforeAll(async () => {
    azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 2, vms: 5, awkward: false }) });
    cwd = await mkdtemp(join(tmpdir(), 'cli-streams-'));
  });
  afterAll(async () => {
    await azure.stop();
    await rm(cwd, { recursive: true });
  });

  test('does not change a list', async () => {
    const { code, other } = await without('stderr', ['list', '--verbose', '--database', inventory.path]);

    expect({ code, machines: JSON.parse(other).length }).toEqual({ code: 0, machines });
  });

  test('does not change a run that is not complete', async () => {
    const [first] = azure.tenant.subscriptions();
    azure.faults.add({ match: { path: `${first?.subscriptionId}/` }, answer: forbidden('x/read', '/') });

    const { code, other } = await without('stderr', ['collect', '--verbose'], {
      env: azure.environment('AppService'),
      cwd,
    });

    expect({ code, ...JSON.parse(other) }).toMatchObject({ code: 3, status: 'succeeded', virtualMachineCount: 5 });
  });

  test.each([
    ['a wrong option', ['list', '--nmae'], 2],
    ['no command', [], 2],
    ['no database', ['list', '--database', 'nowhere.sqlite'], 1],
  ])('does not change the exit code of %s', async (_, args, code) => {
    expect(await without('stderr', args, { cwd })).toEqual({ code, other: '' });
  });
});
