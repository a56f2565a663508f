import { createRequire } from 'node:module';

/*
 * Preloaded into Azurite. Puts off its garbage collection for good: every ten minutes it removes what no blob holds, one by one, in
 * quadratic time (5,000 in 10 s, 20,000 in 180 s), and answers no request meanwhile.
 */
const constants: { DEFAULT_GC_INTERVAL_MS: number } = createRequire(import.meta.url)(
  'azurite/dist/src/blob/utils/constants.js',
);
constants.DEFAULT_GC_INTERVAL_MS = 2 ** 31 - 1;

// Ends it with the process that started it, however that ends.
process.stdin.once('close', () => process.exit()).resume();
process.stdin.unref();
