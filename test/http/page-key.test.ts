import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { routes } from '../../lib/http/routes.ts';

test('docs/security.md gives the page a key for every function that only reads, and for no other', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
  const [, names = ''] = /for f in ([\s\S]+?); do/.exec(text) ?? [];
  const named = new Set(names.split(/[\s\\]+/));

  const byRole = (reads: boolean) =>
    routes.filter(({ anonymous, role }) => anonymous !== true && (role === undefined) === reads).map(({ id }) => id);
  expect(byRole(true).filter((id) => !named.has(id))).toEqual([]);
  expect(byRole(false).filter((id) => named.has(id))).toEqual([]);
  expect(byRole(false).length).toBeGreaterThan(2);
});
