import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';

/**
 * Bundles a program as `npm run build` does, for the tests of one file: it then starts in half of the time.
 * @returns its path
 */
export async function bundledProgram(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'program-'));
  afterAll(() => rm(folder, { recursive: true }));
  const launcher = join(folder, 'program.cjs');
  await bundle(entry, launcher, { executable: false });
  return launcher;
}
