import { join } from 'node:path';
import * as v from 'valibot';
import type { Figure } from '../support/figure.ts';
import { measureProcess } from '../support/measured-process.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';
import { compileUnbundled } from '../support/unbundled.ts';

const program = new URL('../import-app.ts', import.meta.url).pathname;
const bundled = new URL('../../dist/functions.cjs', import.meta.url).pathname;
const importSchema = v.object({ elapsedMs: v.number(), cpuMs: v.number() });

/**
 * The time that a new process takes to import the app, against the app compiled file by file: with the bundle in Node's
 * compile cache from an earlier start, and with an empty cache.
 */
export async function measureColdImport({ rounds }: BenchOptions): Promise<Figure[]> {
  await using unbundledFolder = await scratchFolder();
  await using filled = await scratchFolder();
  const unbundled = await compileUnbundled(unbundledFolder.path);
  // Loads the files into memory and fills the cache before the measurement.
  await importApp(unbundled, filled.path);
  await importApp(bundled, filled.path);

  const again: number[] = [];
  const first: number[] = [];
  const cpuMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using empty = await scratchFolder();
    const reference = await importApp(unbundled, join(empty.path, 'unbundled'));
    const cached = await importApp(bundled, filled.path);
    const uncached = await importApp(bundled, join(empty.path, 'bundled'));
    again.push(cached.elapsedMs / reference.elapsedMs);
    first.push(uncached.elapsedMs / reference.elapsedMs);
    cpuMs.push(cached.cpuMs);
  }
  return [
    { name: 'cold import of the bundle / unbundled', goal: { at: 'most', value: 0.32 }, values: again },
    {
      name: 'cold import of the bundle / unbundled, compile cache empty',
      goal: { at: 'most', value: 0.35 },
      values: first,
    },
    { name: 'cold import of the bundle, CPU', goal: { at: 'most', value: 150 }, values: cpuMs, unit: 'ms' },
  ];
}

/**
 * The CPU time of importing the bundle, its code in the compile cache, against that of a Node process that does nothing.
 */
export async function measureImportCpu({ rounds }: BenchOptions): Promise<Figure[]> {
  await using filled = await scratchFolder();
  await importApp(bundled, filled.path);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { cpuMs } = await importApp(bundled, filled.path);
    const nothing = await measureProcess(['--eval', ''], {});
    values.push(cpuMs / nothing.cpuMs);
  }
  return [{ name: 'CPU of the cold import / of an empty Node process', goal: { at: 'most', value: 3 }, values }];
}

async function importApp(entry: string, cache: string): Promise<v.InferOutput<typeof importSchema>> {
  const { output } = await measureProcess([program, entry], { NODE_COMPILE_CACHE: cache });
  return v.parse(importSchema, JSON.parse(output));
}
