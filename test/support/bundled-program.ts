import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';

/**
 * Bundles a program as `npm run build` does: it then starts in half of the time. It stays until the end of the test run,
 * because the files that share a process share it.
 * @returns its path
 */
export async function bundledProgram(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'program-'));
  const launcher = join(folder, 'program.cjs');
  await bundle(entry, launcher, { executable: false });
  return launcher;
}
