import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const name = /^vm-identities-(\d+)(?:-[\da-f]+)?$/;

/**
 * Names this process's folder for throw-away files, which is made by the first that needs it. Folders of processes that were
 * killed are removed: an instance's temporary disk is small, and each may hold several databases. One that is not ours to remove
 * is left where it is, with a warning.
 */
export function scratchFolder(): string {
  for (const entry of readdirSync(tmpdir())) {
    const pid = Number(name.exec(entry)?.[1]);
    // in a container the next process often has the id of the one before
    if (pid === process.pid || (pid > 0 && !isAlive(pid))) remove(join(tmpdir(), entry));
  }
  const folder = join(tmpdir(), `vm-identities-${process.pid}`);
  return existsSync(folder) ? `${folder}-${randomBytes(4).toString('hex')}` : folder;
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    console.warn(`A folder of an earlier process cannot be removed: ${error instanceof Error ? error.message : error}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // somebody else's process is alive
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
