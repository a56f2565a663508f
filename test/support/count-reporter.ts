import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line: `512 passed, 0 failed` (`, 3 skipped` follows where there are any). */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state]++;
      // A file that could not be loaded has no tests, and is no success.
      if (tests.length === 0 && module.state() === 'failed') count.failed++;
    }
    const skipped = count.skipped + count.pending;
    const more = skipped > 0 ? `, ${skipped} skipped` : '';
    process.stdout.write(`${count.passed} passed, ${count.failed} failed${more}\n`);
  }
}
