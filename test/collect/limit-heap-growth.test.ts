import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { allCases } from '../support/cases.ts';

const program = join(import.meta.dirname, 'fixtures/limit-heap-growth-process.ts');

/** Bytes of the young generation at its largest; each in a process of its own, since a flag of V8 cannot be taken back. */
async function largest(...options: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...options]);
  return Number(stdout);
}

test.runIf(allCases)('the young generation stops growing once it is large enough for pages', async () => {
  const [free, limited] = await Promise.all([largest(), largest('limited')]);

  expect(free).toBeGreaterThan(50 * 2 ** 20);
  expect(limited).toBeGreaterThanOrEqual(16 * 2 ** 20);
  expect(limited).toBeLessThan(20 * 2 ** 20);
});
