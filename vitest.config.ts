import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes and real servers: generous limits, so that a busy machine fails no test. Two at a time are enough for it.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: process.env.TEST_ALL === undefined ? 120_000 : 1_200_000,
    hookTimeout: 120_000,
    globalSetup: ['test/support/temporary-files.ts', 'test/support/build-bundles.ts', 'test/support/shared-azurite.ts'],
    // CI reads the last line that the second one writes.
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
