import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findChromium } from './support/chromium.ts';

/*
 * `npm run test:page [-- --required] [FILE]`: tests the page in a real Chromium. Without one it says so and does nothing,
 * or fails with `--required`.
 */
const root = join(import.meta.dirname, '../..');
const required = process.argv.includes('--required');
if (findChromium(process.env) === null) {
  const what = process.env.CHROMIUM
    ? `CHROMIUM names ${process.env.CHROMIUM}, which cannot be started`
    : 'none is on the PATH';
  console.error(`${required ? 'Failed' : 'Skipped'}: the tests of the page need Chromium; ${what}.`);
  process.exit(required ? 1 : 0);
}
const tests = process.argv.slice(2).filter((argument) => argument !== '--required');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const run = [vitest, 'run', '--config', 'test/page/vitest.config.ts', ...tests];
process.exit(spawnSync(process.execPath, run, { cwd: root, stdio: 'inherit' }).status ?? 1);
