import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';

const memory = '/dev/shm';
const neededBytes = 2 ** 31;

/**
 * Keeps the temporary files of tests in memory where there is room: a commit waits for a disk, and tests make thousands of them.
 * Removes what tests that were killed have left.
 */
export default function setup(): (() => void) | undefined {
  if (!existsSync(memory)) return;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < neededBytes) return;
  const folder = mkdtempSync(`${memory}/vm-identities-tests-`);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true });
}
