import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk in memory, where this process may mount one. */
export interface SmallDisk {
  /** null = it may not. */
  readonly path: string | null;
  /** For the name of a test that is skipped; empty otherwise. */
  readonly whyNot: string;
  unmount(): void;
}

/** @param size as mount takes it, `24m` */
export function mountSmallDisk(size: string): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmdirSync(path);
    return { path: null, whyNot: ' (skipped: mounting one takes root)', unmount: () => undefined };
  }
  return {
    path,
    whyNot: '',
    unmount() {
      execFileSync('umount', [path]);
      rmdirSync(path);
    },
  };
}

/** Takes all the room that is left, until it is disposed of. */
export function fillDisk(path: string): Disposable {
  const filler = join(path, 'filler');
  const file = openSync(filler, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (let length = block.length; length > 0; ) {
      try {
        writeSync(file, block, 0, length);
      } catch {
        // No room for this much: try less.
        length >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
  return { [Symbol.dispose]: () => rmSync(filler, { force: true }) };
}
