import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const tether = pathToFileURL(join(import.meta.dirname, '../../local/start/tether.ts')).href;

/** Ends as Azurite does: prints lines, and saves after the first of them. */
const program = `
const { writeFile } = require('node:fs');
process.once('SIGTERM', () => {
  console.log('closing');
  console.error('closing');
  setImmediate(() => {
    console.log('still closing');
    setImmediate(() => writeFile('saved', 'all', () => process.exit()));
  });
});
setInterval(() => {}, 1_000);
console.log('ready');
`;

test('a tethered program whose starter is gone saves before it ends, although nothing reads its output', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tether-'));
  await writeFile(join(folder, 'program.cjs'), program);
  const child = spawn(process.execPath, ['--import', tether, 'program.cjs'], { cwd: folder, stdio: 'pipe' });
  await once(child.stdout, 'data');

  for (const stream of [child.stdout, child.stderr, child.stdin]) stream.destroy();
  await once(child, 'exit');

  expect(await readFile(join(folder, 'saved'), 'utf8')).toBe('all');
  await rm(folder, { recursive: true });
});
