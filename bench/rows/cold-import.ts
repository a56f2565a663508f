import { join } from 'node:path';
import type { Figure } from '../support/figure.ts';
import { measureProcess } from '../support/measured-process.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';
import { compileUnbundled } from '../support/unbundled.ts';

const program = new URL('../import-app.ts', import.meta.url).pathname;
const bundled = new URL('../../dist/functions.cjs', import.meta.url).pathname;

/**
 * The time that a new process takes to import the app, against the app compiled file by file: with the bundle in Node's
 * compile cache from an earlier start, and with an empty cache.
 */
export async function measureColdImport({ rounds }: BenchOptions): Promise<Figure[]> {
  await using unbundledFolder = await scratchFolder();
  await using filled = await scratchFolder();
  const unbundled = await compileUnbundled(unbundledFolder.path);
  const importMs = async (entry: string, cache: string): Promise<number> =>
    Number((await measureProcess([program, entry], { NODE_COMPILE_CACHE: cache })).output);
  // Loads the files into memory and fills the cache before the measurement.
  await importMs(unbundled, filled.path);
  await importMs(bundled, filled.path);

  const again: number[] = [];
  const first: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using empty = await scratchFolder();
    const reference = await importMs(unbundled, join(empty.path, 'unbundled'));
    again.push((await importMs(bundled, filled.path)) / reference);
    first.push((await importMs(bundled, join(empty.path, 'bundled'))) / reference);
  }
  const goal = { at: 'most', value: 0.35 } as const;
  return [
    { name: 'cold import of the bundle / unbundled', goal, values: again },
    { name: 'cold import of the bundle / unbundled, compile cache empty', goal, values: first },
  ];
}
