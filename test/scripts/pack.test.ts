import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { createInventory, type Inventory } from '../database/fixtures/inventory.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let folder: string;
let checkout: string;
let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] };
let inventory: Inventory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-test-'));
  checkout = join(folder, 'checkout');
  for (const name of ['functions', 'lib', 'cli', 'scripts', 'web', 'package.json', 'README.md', 'LICENSE']) {
    await cp(join(root, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const { stdout } = await npm('pack', '--json');
  [packed] = JSON.parse(stdout);
  inventory = createInventory();
});
afterAll(async () => {
  inventory[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

/** With the Node that runs the tests, whatever the machine's own is. */
function npm(...options: readonly string[]): Promise<{ stdout: string }> {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  return run('npm', options, { cwd: checkout, env: { ...process.env, PATH: path } });
}

test('npm pack packs the command line and nothing else', async () => {
  expect(packed.files.map(({ path }) => path).sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/cli.bundle.cjs',
    'dist/cli.bundle.cjs.LEGAL.txt',
    'dist/cli.cjs',
    'package.json',
  ]);
});

test('npm pack leaves package.json as it was', async () => {
  expect(await readFile(join(checkout, 'package.json'), 'utf8')).toBe(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
});

test('an interrupted npm pack is repaired by the next one', async () => {
  const script = ['scripts/packed-manifest.ts', 'write'];
  await run(process.execPath, script, { cwd: checkout });
  await run(process.execPath, script, { cwd: checkout });
  await run(process.execPath, ['scripts/packed-manifest.ts', 'restore'], { cwd: checkout });

  expect(JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'))).toEqual(packageJson);
});

test('the packed command line installs offline and runs', async () => {
  const asOf = inventory.run();
  inventory.subscription('sub-1');
  inventory.read('sub-1');
  inventory.machine({ name: 'web' });
  const prefix = join(folder, 'prefix');

  await npm('install', '--global', '--offline', '--prefix', prefix, packed.filename);
  const command = join(prefix, 'bin/vm-identities');
  const env = { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  const version = await run(command, ['--version'], { cwd: folder, env });
  const runs = await run(command, ['runs', '--database', inventory.path, '--query', '[].id', '-o', 'tsv'], { env });

  expect(version.stdout.trim()).toBe(packageJson.version);
  expect(runs.stdout.trim()).toBe(asOf.runId);
});
