import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // One more than two cores: tests often wait for a process, a timeout or a retry.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Real processes and real servers: generous limits, so that a busy machine fails no test.
    testTimeout: process.env.TEST_ALL === undefined ? 120_000 : 1_200_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    globalSetup: ['test/support/temporary-files.ts', 'test/support/build-bundles.ts', 'test/support/shared-azurite.ts'],
    // CI reads the last line that the second one writes.
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
