import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, '../page/main.ts');

test.each<[what: string, args: string[], env: Record<string, string>, status: number, text: string]>([
  ['are skipped with a message', [], {}, 0, 'Skipped: the tests of the page need Chromium; none is on the PATH'],
  ['fail where they are required', ['--required'], {}, 1, 'Failed: the tests of the page need Chromium'],
  ['name a program that is not there', [], { CHROMIUM: '/nowhere' }, 0, 'CHROMIUM names /nowhere, which'],
])('Without Chromium the tests of the page %s', (_, args, env, status, text) => {
  const options = { env: { PATH: import.meta.dirname, ...env }, encoding: 'utf8' } as const;
  const result = spawnSync(process.execPath, [main, ...args], options);

  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr).toContain(text);
});
