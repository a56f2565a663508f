import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { publishDatabase } from '../../lib/published/publish-database.ts';
import { createCertificate } from '../../local/azure/certificate.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { collectRun, publish } from '../support/published-runs.ts';
import { guid, machine, mergeRun } from '../support/readings.ts';
import { never, newStore } from '../support/stores.ts';
import { type CliResult, runCli } from './run-cli.ts';

let folder: string;
let azure: LocalAzure;
let azurite: Azurite;

/** Storage accepts tokens only over https, so it has the certificate of the local Azure and accepts its tokens. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-container-'));
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 1, vms: 1, awkward: false }) });
  const { certificate, privateKey, remove } = await createCertificate();
  await remove();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await Promise.all([writeFile(cert, certificate), writeFile(key, privateKey)]);
  setDefaultCACertificates([...getCACertificates('default'), certificate]);
  azurite = await startAzurite(['--oauth', 'basic', '--cert', cert, '--key', key]);
});
afterAll(async () => {
  await azurite.stop();
  await azure.stop();
  await rm(folder, { recursive: true });
});

const cli = (...args: readonly string[]): Promise<CliResult> =>
  runCli(args, { env: { ...azure.environment('AppService'), TMPDIR: folder } });

describe('--database with the URL of a container', () => {
  test('reads the newest published database with the identity, and leaves nothing behind', async () => {
    const { store, container } = newStore(azurite.connectionString);
    await publish(store, folder, await collectRun(store, folder, 20, [machine('web')]));
    const { code, stdout, stderr } = await cli(
      'list',
      '--database',
      container.url,
      '--query',
      '[].[name, subscriptionId]',
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([['web', guid(1)]]);
    expect((await readdir(folder)).filter((name) => name.startsWith('vm-identities-'))).toEqual([]);
  });

  test('forgets a lost subscription in it and publishes the result', async () => {
    const { store, container } = newStore(azurite.connectionString);
    const blindSpots = [
      { subscriptionId: guid(1), displayName: null, source: 'previousRun' as const, grantCommand: 'az …' },
    ];
    const publication = { store, folder: join(folder, 'work'), signal: never, machines: 0 };
    const seen = { [guid(1)]: { machines: [machine('web')] }, [guid(2)]: {} };
    for (const reading of [
      { day: 20, subscriptions: seen },
      { day: 21, subscriptions: { [guid(2)]: {} }, plan: { blindSpots } },
    ]) {
      const change = async (database: Database) => mergeRun(database, reading);
      await publishDatabase({ ...publication, runId: `202611${reading.day}T060000Z-0000`, change });
    }
    const forgotten = await cli('forget', guid(1), '--reason', 'sold', '--database', container.url);

    expect(forgotten).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(forgotten.stdout)).toMatchObject({
      changes: { subscriptionForgotten: 1 },
      virtualMachineCount: 0,
    });
    const listed = await cli('list', '--database', container.url);
    expect(listed).toMatchObject({ code: 0, stderr: '', stdout: '[]\n' });
    const again = await cli('forget', guid(1), '--reason', 'sold', '--database', container.url);
    expect(again.code).toBe(5);
  });

  test('warns in every command that the newest database is damaged and the one before is used', async () => {
    const { store, container } = newStore(azurite.connectionString);
    await publish(store, folder, await collectRun(store, folder, 22, [machine('web')]));
    await publish(store, folder, await collectRun(store, folder, 23, [machine('web'), machine('db')]));
    const found = await store.latest.read(never);
    await container.getBlockBlobClient(found?.latest.database ?? '').upload('damaged', 7);
    const commands = [
      ['runs', '--query', '[].id', '-o', 'tsv'],
      ['changes', '--kind', 'virtualMachineCreated'],
      ['report'],
      ['list'],
      ['show', 'web'],
      ['subscriptions'],
      ['principals'],
      ['findings'],
    ];

    const results = await Promise.all(commands.map((command) => cli(...command, '--database', container.url)));

    expect(results.map(({ code }) => code)).toEqual(commands.map(() => 3));
    expect(results[0]?.stdout).toBe('20261122T060000Z-0000\n');
    for (const { stderr } of results) {
      expect(stderr).toMatch(/^warning: the newest database, of run 20261123T060000Z-0000, is damaged\. .+\n/);
    }
  });

  test('exits with 1 and the reason when nothing is published', async () => {
    const { container } = newStore(azurite.connectionString);
    const { code, stdout, stderr } = await cli('list', '--database', container.url);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error \w+: /);
  });

  test('exits with 2 for the URL of something else', async () => {
    const { code, stderr } = await cli('list', '--database', 'https://example.blob.core.windows.net/');

    expect(code).toBe(2);
    expect(stderr).toContain('allowed: https://ACCOUNT.blob.core.windows.net/CONTAINER');
  });
});
