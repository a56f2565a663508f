import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logWarningLine } from './console-lines.ts';

const name = /^vm-identities-(\d+)(?:-[\da-f]+)?$/;

/**
 * Names this process's folder for temporary files; the first user creates it. Removes the folders of killed processes,
 * because an instance's temporary disk is small and each folder may hold several databases. Warns about a folder that
 * it may not remove.
 */
export function scratchFolder(): string {
  for (const entry of readdirSync(tmpdir())) {
    const pid = Number(name.exec(entry)?.[1]);
    // In a container, the next process often has the id of the previous one.
    if (pid === process.pid || (pid > 0 && !isAlive(pid))) remove(join(tmpdir(), entry));
  }
  const folder = join(tmpdir(), `vm-identities-${process.pid}`);
  return existsSync(folder) ? `${folder}-${randomBytes(4).toString('hex')}` : folder;
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    logWarningLine(`Cannot remove the folder of an earlier process: ${error instanceof Error ? error.message : error}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process throws EPERM, and is alive.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
