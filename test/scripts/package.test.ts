import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { zip } from '../../scripts/zip.ts';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { allCases } from '../support/cases.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const commit = '0123456789abcdef0123456789abcdef01234567';
const pageFiles = (name: string) => ['', '.br', '.gz'].map((ending) => `dist/page/${name}${ending}`);

describe('npm run package', () => {
  let folder: string;
  let archive: Buffer;
  let entries: Record<string, Uint8Array>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-test-'));
    archive = await packageOf(join(folder, 'checkout'), { BUILD_COMMIT: commit });
    entries = unzipSync(archive);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Builds and packs a copy of the sources, so that other builds in dist/ do not interfere. */
  async function packageOf(checkout: string, environment: Record<string, string>): Promise<Buffer> {
    await mkdir(checkout, { recursive: true });
    for (const name of ['functions', 'lib', 'cli', 'scripts', 'web', 'package.json', 'host.json']) {
      await cp(join(root, name), join(checkout, name), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
    const options = { cwd: checkout, env: { ...process.env, ...environment } };
    for (const script of ['build', 'package']) await run(process.execPath, [`scripts/${script}.ts`], options);
    return readFile(join(checkout, 'dist/vm-identities.zip'));
  }

  test('contains only what runs, in less than 5 MB', () => {
    const names = Object.keys(entries).map((name) => name.replace(/-[0-9a-f]{12}\./, '-HASH.'));
    expect(names.sort()).toEqual([
      'dist/functions.bundle.cjs',
      'dist/functions.cjs',
      ...['icons-HASH.svg', 'main-HASH.css', 'main-HASH.js'].flatMap((name) => pageFiles(`assets/${name}`)),
      ...pageFiles('index.html'),
      'host.json',
      'package.json',
    ]);
    expect(archive.length).toBeLessThan(5_000_000);
  });

  test('contains the page in at most 250 kB', () => {
    const others = Object.entries(entries).filter(([name]) => !name.startsWith('dist/page/'));
    expect(archive.length - zip(Object.fromEntries(others)).length).toBeLessThanOrEqual(250_000);
  });

  test('contains host.json unchanged, and the parts of package.json that a host needs', async () => {
    const text = (name: string) => Buffer.from(entries[name] ?? []).toString();

    expect(text('host.json')).toBe(await readFile(join(root, 'host.json'), 'utf8'));
    expect(JSON.parse(text('package.json'))).toEqual({
      name: 'vm-identities',
      version: packageJson.version,
      license: 'MIT',
      private: true,
      type: 'module',
      main: 'dist/functions.cjs',
      engines: packageJson.engines,
    });
  });

  test.runIf(allCases)('gives the same bytes in another folder, at another time, in another time zone', async () => {
    const again = await packageOf(join(folder, 'elsewhere'), {
      BUILD_COMMIT: commit,
      TZ: 'Pacific/Kiritimati',
      LANG: 'tr_TR.UTF-8',
    });

    expect(again.equals(archive)).toBe(true);
  });

  test('leaves the same files in a folder, for tools that create the archive themselves', async () => {
    for (const [name, content] of Object.entries(entries)) {
      const inFolder = await readFile(join(folder, 'checkout/dist/package', name));
      expect(inFolder.equals(content), name).toBe(true);
    }
  });

  describe('unpacked', () => {
    let host: HostProcess;
    beforeAll(async () => {
      for (const [name, content] of Object.entries(entries)) {
        await mkdir(dirname(join(folder, 'site', name)), { recursive: true });
        await writeFile(join(folder, 'site', name), content);
      }
      const env = { AzureWebJobsStorage: (await newAzuriteAccount()).connectionString };
      host = await startHostProcess(join(folder, 'site', packageJson.main), { env });
    });
    afterAll(async () => {
      await host.end();
    });

    test('starts without node_modules and is healthy', async () => {
      const health = await fetch(`${host.url}/api/health`);
      const list = await fetch(`${host.url}/api/virtualMachines`);
      const page = await fetch(`${host.url}/api/page`);

      expect(health.status).toBe(200);
      expect(await health.json()).toMatchObject({ status: 'healthy', version: packageJson.version, commit });
      expect(list.headers.get('x-ms-error-code')).toBe('InventoryNotReady');
      expect(await page.text()).toContain(`data-version="${packageJson.version}"`);
    });
  });
});

describe('a zip', () => {
  test('does not depend on the order of the files', () => {
    const one = zip({ 'b/c': Buffer.from('c'), a: Buffer.from('a') });
    const other = zip({ a: Buffer.from('a'), 'b/c': Buffer.from('c') });

    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
    expect(Object.keys(unzipSync(one))).toEqual(['a', 'b/c']);
  });
});
