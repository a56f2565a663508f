import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Entry {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

const lockFile = await readFile(join(import.meta.dirname, '../package-lock.json'), 'utf8');
const { '': project, ...packages }: Record<string, Entry> = JSON.parse(lockFile).packages;

test('every package of the lock file has a SHA-512 hash', () => {
  const without = Object.entries(packages).filter(
    ([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
  );

  expect(project).toBeDefined();
  expect(Object.keys(packages).length).toBeGreaterThan(500);
  expect(without.map(([name]) => name)).toEqual([]);
});

test('every package of the lock file comes from the registry of npm', () => {
  const elsewhere = Object.entries(packages).filter(
    ([, { link, resolved }]) => link || (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  );

  expect(elsewhere.map(([name]) => name)).toEqual([]);
});
