import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionKeys } from './functions-host.ts';

/**
 * Writes each key into a file of its own, which only this user can read.
 * @param folder is made
 * @returns the folder; null where no keys are required
 */
export async function writeKeyFiles(folder: string, keys: FunctionKeys | null): Promise<string | null> {
  if (keys === null) return null;
  const { master, page, functions } = keys;
  await mkdir(join(folder, 'functions'), { recursive: true, mode: 0o700 });
  const write = (name: string, key: string) => writeFile(join(folder, name), key, { mode: 0o600 });
  await Promise.all([
    write('master', master),
    write('page', page),
    ...Object.entries(functions).map(([name, key]) => write(join('functions', name), key)),
  ]);
  return folder;
}

/** Where the keys are, and what each opens. */
export function* keyLines(folder: string | null): Generator<string> {
  if (folder === null) return;
  yield '\nThe keys, each in a file:\n';
  yield `  ${join(folder, 'page')}          for the page: opens what only reads\n`;
  yield `  ${join(folder, 'functions')}/…   opens the function of that name\n`;
  yield `  ${join(folder, 'master')}        opens everything\n`;
}
