import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { engineVersions } from './versions.ts';

/** The tests of `npm run test:engine`: for each version of the extension. Many at once, because they mostly wait. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 4,
    globalSetup: ['test/support/temporary-files.ts', 'test/support/build-bundles.ts', 'test/real-engine/storage.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: engineVersions.map((engineVersion) => ({
      test: {
        name: engineVersion,
        include: ['test/real-engine/*.test.ts'],
        provide: { engineVersion },
        testTimeout: 300_000,
        hookTimeout: 120_000,
      },
    })),
  },
});
