import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createInventory } from '../database/fixtures/inventory.ts';
import { startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { publishInventory } from '../support/publish-inventory.ts';

const app = join(import.meta.dirname, '../../dist/functions.cjs');
/** Of the bundle, by the path that the bundle names it with, and whether it was evaluated. */
type Modules = ReadonlyMap<string, boolean>;

/** Starts the host, sends requests to it, and ends it. */
async function modulesAfter(paths: readonly string[], connectionString: string): Promise<Modules> {
  const folder = await mkdtemp(join(tmpdir(), 'first-load-'));
  const env = { AzureWebJobsStorage: connectionString, NODE_V8_COVERAGE: folder, NODE_DISABLE_COMPILE_CACHE: '1' };
  const host = await startHostProcess(app, { env });
  for (const path of paths) {
    const answer = await fetch(host.url + path);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  }
  await host.end();
  const modules = await readModules(folder);
  await rm(folder, { recursive: true });
  return modules;
}

/** The bundle keeps each module that need not be evaluated at once in a function named after its path. */
async function readModules(folder: string): Promise<Modules> {
  const [name = ''] = await readdir(folder);
  const { result }: { result: { url: string; functions: { functionName: string; ranges: { count: number }[] }[] }[] } =
    JSON.parse(await readFile(join(folder, name), 'utf8'));
  const bundle = result.find(({ url }) => url.endsWith('dist/functions.bundle.cjs'));
  const counts = (bundle?.functions ?? []).map(({ functionName, ranges }): [string, boolean] => [
    functionName,
    (ranges[0]?.count ?? 0) > 0,
  ]);
  return new Map(counts.filter(([path]) => /^(?:node_modules|lib|functions)\//.test(path)));
}

/** Packages of which the bundle has modules that it has not evaluated, and none that it has. */
function unloaded(modules: Modules, packages: readonly string[]): string[] {
  return packages.filter((name) => {
    const evaluated = [...modules].filter(([path]) => path.includes(`node_modules/${name}/`)).map(([, was]) => was);
    return evaluated.length > 0 && !evaluated.includes(true);
  });
}

const azure = ['@azure/arm-compute', '@azure/identity', '@azure/storage-blob', '@azure/core-rest-pipeline'];
const engineClient = ['axios', 'lodash', 'form-data', 'mime-db'];

test('the app registers its functions without a library of Azure, and without the client of the engine', async () => {
  const modules = await modulesAfter([], (await newAzuriteAccount()).connectionString);

  expect(unloaded(modules, [...azure, ...engineClient])).toEqual([...azure, ...engineClient]);
  expect(modules.get('node_modules/durable-functions/lib/src/index.js')).toBe(true);
});

test('the first list loads Blob storage, and nothing that only runs and live reads need', async () => {
  const { connectionString } = await newAzuriteAccount();
  using inventory = createInventory();
  inventory.run();
  await publishInventory(connectionString, inventory);

  const modules = await modulesAfter(['/api/virtualMachines'], connectionString);

  const others = ['@azure/arm-compute', '@azure/identity', ...engineClient];
  expect(unloaded(modules, [...others, '@azure/storage-blob'])).toEqual(others);
  const steps = ['plan', 'collect', 'publish', 'report'].map((name) => `lib/run/${name}-step.ts`);
  const unneeded = [...steps, 'lib/collect/live-machines.ts', 'lib/collect/live-access.ts', 'lib/collect/plan-run.ts'];
  expect(unneeded.map((path) => modules.get(path))).toEqual(unneeded.map(() => false));
});
