import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

// These replace what a process has once: certificates, credentials, agents and proxies, and the clock of the deadline that
// requests share.
const ownProcess = [
  'test/azure/{entra-credentials,quiet-agent,untrusted-certificates}.test.ts',
  'test/azure/store/{account-names,identity,other-tenant,role-command,storage-identity}.test.ts',
  'test/azure/resource-manager/client/https-client.test.ts',
  'test/http/errors.test.ts',
];

// Real processes and real servers: generous limits, so that a busy machine fails no test.
const common = {
  pool: 'forks',
  setupFiles: ['test/support/property-seed.ts'],
  testTimeout: process.env.TEST_ALL === undefined ? 120_000 : 1_200_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    // One more than two cores: tests often wait for a process, a timeout or a retry.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/temporary-files.ts', 'test/support/build-bundles.ts', 'test/support/shared-azurite.ts'],
    // CI reads the last line that the second one writes.
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: [
      { test: { ...common, name: 'own process', include: ownProcess } },
      {
        test: {
          ...common,
          name: 'shared process',
          include: ['test/**/*.test.ts'],
          // `npm run test:engine` runs the tests with the real Durable engine, `npm run test:page` those in Chromium.
          exclude: [...ownProcess, 'test/real-engine/**', 'test/page/**'],
          isolate: false,
        },
      },
    ],
  },
});
