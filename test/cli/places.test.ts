import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { callCli } from './call-cli.ts';
import { runCli } from './run-cli.ts';

const queries = [['list'], ['runs'], ['show', 'web'], ['report'], ['changes'], ['forget', guidOf(1), '--reason', 'x']];
let cwd: string;
let azure: LocalAzure;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cli-places-'));
  azure = await startLocalAzure({
    tenant: createSampleTenant({ subscriptions: 1, vms: 40, awkward: false, scenes: true }),
  });
  await mkdir(join(cwd, 'folder'));
  await writeFile(join(cwd, 'text'), 'no database');
  await writeFile(join(cwd, 'empty'), '');
  openForWriting(join(cwd, 'newer')).close();
  const newer = new DatabaseSync(join(cwd, 'newer'));
  newer.exec('PRAGMA user_version = 99');
  newer.close();
});
afterAll(async () => {
  await azure.stop();
  await rm(cwd, { recursive: true });
});

function guidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** Damages the page on which a table begins. */
async function overwriteRoot(path: string, table: string): Promise<void> {
  const database = new DatabaseSync(path);
  const { page_size } = database.prepare('PRAGMA page_size').get() ?? {};
  const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) ?? {};
  database.close();
  const length = Number(page_size);
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(length, 0x5a), 0, length, (Number(rootpage) - 1) * length);
  await file.close();
}

const cli = (...args: readonly string[]) => callCli(args, { cwd });
const cliOnAzure = (...args: readonly string[]) => runCli(args, { cwd, env: azure.environment('AppService') });

describe('--database', () => {
  test.each([
    ['', "--database is ''; allowed: the path of a file"],
    [':memory:', "--database is ':memory:'; allowed: the path of a file"],
    ['folder', "--database is 'folder', which is not a file"],
    ['/dev/null', "--database is '/dev/null', which is not a file"],
  ])('as "%s" is refused by commands that read and that write, before they start', async (place, words) => {
    const results = await Promise.all([...queries, ['collect']].map((args) => cli(...args, '--database', place)));

    for (const { code, stdout, stderr } of results) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(words);
    }
  });

  test.each(['ftp://contoso/inventory', 'file:///tmp/x', 'file:x?mode=memory', 'https:/x', 'https://contoso.com/x'])(
    'as the address %s, which is no container, is refused with what is allowed',
    async (url) => {
      const results = await Promise.all(queries.map((args) => cli(...args, '--database', url)));
      const collect = await cli('collect', '--database', url);

      for (const { code, stderr } of results) {
        const shown = url.replace(/\?.*/, '');
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: `error InvalidOption: --database is '${shown}'; allowed: https://ACCOUNT.blob.core.windows.net/CONTAINER, or the path of a file\n`,
        });
      }
      expect(collect).toMatchObject({ code: 2, stderr: expect.stringContaining('collect writes into a file') });
    },
  );

  test.each([
    ['nowhere', 'NoDatabase: The database nowhere does not exist'],
    ['text', 'NotAnInventory: text is not an SQLite database'],
    ['text/below', 'NoDatabase: The database text/below does not exist'],
    ['empty', 'NotAnInventory: empty is not an inventory database'],
    ['newer', 'NewerDatabase: newer has schema version 99'],
  ])('as the file %s fails and names the file', async (place, words) => {
    const { code, stdout, stderr } = await cli('list', '--database', place);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error ${words}`);
  });

  test.each([
    ['nowhere', 'nowhere'],
    ['no where', "'no where'"],
    ["o'no", "'o'\\''no'"],
  ])('as %s, which does not exist, is quoted for a shell in the command that creates it', async (place, quoted) => {
    const { stderr } = await cli('list', '--database', place);

    expect(stderr).toContain(`hint: Check the path, or run: vm-identities collect --database ${quoted}\n`);
  });

  test('names the file when its middle is damaged', async () => {
    await cliOnAzure('collect', '--database', 'damaged');
    await overwriteRoot(join(cwd, 'damaged'), 'machine_version');

    const results = [await cli('list', '--database', 'damaged'), await cliOnAzure('collect', '--database', 'damaged')];

    for (const { code, stderr } of results) {
      expect(code).toBe(1);
      expect(stderr).toContain('error DatabaseFailed: The database damaged failed: database disk image is malformed\n');
    }
  });
});

describe('other options', () => {
  test.each([
    [['report', '--out', '', '--format', 'csv'], "--out is ''"],
    [['report', '-o', 'json'], "--output is 'json'; for a report, use --format: csv, xlsx"],
    [['show', ''], "NAME is ''; allowed: 1 to 256 characters"],
    [['token', '--resource', ''], "--resource is ''"],
    [['whoami', '--resource', ''], "--resource is ''"],
    [['principals', '--stdin', '--state', 'gone'], '--state filters the list of all principals'],
    [['list', 'web'], 'hint: See: vm-identities list --help'],
  ])('%j are refused with the reason', async (args, words) => {
    const { code, stdout, stderr } = await cli(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect((await readdir(cwd)).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  test('an id that --live cannot read is refused, and a name is searched among all types', async () => {
    const other = "[?type!='Microsoft.Compute/virtualMachines'] | [0].[id, name]";
    const [id, name] = JSON.parse((await cliOnAzure('list', '--live', '--type', 'any', '--query', other)).stdout);

    const [byId, byName] = await Promise.all([
      cliOnAzure('show', id, '--live'),
      cliOnAzure('show', name, '--live', '--query', 'id'),
    ]);

    expect(byId).toMatchObject({ code: 2, stdout: '' });
    expect(byId.stderr).toContain('hint: For scale sets and Arc machines, run: vm-identities show NAME --live');
    expect(byName).toMatchObject({ code: 0, stdout: `"${id}"\n` });
  });
});
