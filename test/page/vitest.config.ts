import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The tests of `npm run test:page`, in a real Chromium. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: ['test/page/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: [
      'test/support/temporary-files.ts',
      'test/support/build-bundles.ts',
      'test/page/support/shared-hosts.ts',
    ],
    reporters: ['default', './test/support/count-reporter.ts'],
    // On a busy machine, Chromium's connections to loopback are reset now and then. A fault fails each time.
    retry: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
