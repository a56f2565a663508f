import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, '../real-engine/main.ts');

test.each([
  ['are skipped with a message', [], 0, 'Skipped'],
  ['fail where they are required', ['--required'], 1, 'Failed'],
])('Without a .NET SDK the tests with the real engine %s', (_, args, status, word) => {
  const result = spawnSync(process.execPath, [main, ...args], { env: { PATH: import.meta.dirname }, encoding: 'utf8' });

  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr).toContain(`${word}: the tests with the real Durable engine need the .NET SDK 10`);
});
