import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// In processes of their own, without root's rights: root could remove every folder.

const nobody = 65_534;
let disk: string;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'scratch-'));
  chmodSync(disk, 0o777);
});
afterEach(() => rmSync(disk, { recursive: true }));

/** A folder with a file in it. @param mode without `w`, only root removes the file */
function leave(name: string, mode: number): string {
  const folder = join(disk, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'inventory.db'), '');
  chmodSync(folder, mode);
  return folder;
}

/**
 * What a process names its folder, the warnings that it gives, and its id.
 * @param first what it does before, with its `own` folder
 */
function nameFolder(first = '') {
  const script = `
    import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
    const own = '${disk}/vm-identities-' + process.pid;
    ${first}
    const { scratchFolder } = await import('${join(import.meta.dirname, '../../functions/scratch-folder.ts')}');
    console.log(JSON.stringify({ folder: scratchFolder(), pid: process.pid }));`;
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const env = { ...process.env, TMPDIR: disk };
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { ...user, env, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(ended.stderr);
  const { folder, pid }: { folder: string; pid: number } = JSON.parse(ended.stdout);
  return { name: basename(folder), pid, warnings: ended.stderr };
}

test('Folders of ended processes are removed, those of others stay', () => {
  const gone = leave(`vm-identities-${spawnSync('true').pid}`, 0o777);
  const living = leave(`vm-identities-${process.pid}`, 0o777);
  const foreign = leave('vm-identities-start-1', 0o777);

  const { name, pid } = nameFolder();

  expect([gone, living, foreign].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  expect(name).toBe(`vm-identities-${pid}`);
});

test('A folder that cannot be removed causes a warning, and the others are removed', () => {
  const pid = spawnSync('true').pid;
  const foreign = leave(`vm-identities-${pid}`, 0o555);
  const after = leave(`vm-identities-${pid}-0a`, 0o777);
  const before = leave(`vm-identities-${spawnSync('true').pid}`, 0o777);

  const { warnings } = nameFolder();

  expect([foreign, after, before].map((folder) => existsSync(folder))).toEqual([true, false, false]);
  expect(warnings).toMatch(new RegExp(`Cannot remove the folder .*: EACCES.*${basename(foreign)}`));
});

test('A process uses another folder if an earlier process of the same id left one that cannot be removed', () => {
  const { name, pid } = nameFolder(`mkdirSync(own); writeFileSync(own + '/inventory.db', ''); chmodSync(own, 0o555);`);

  expect(name).toMatch(new RegExp(`^vm-identities-${pid}-[0-9a-f]{8}$`));
});
