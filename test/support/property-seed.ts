import fc from 'fast-check';

/**
 * `PROPERTY_SEED=1 npm run test:all` draws the same cases each time. CI sets it, so that a submission passes or fails by
 * what it changes. Everywhere else property tests draw new cases.
 */
const seed = process.env.PROPERTY_SEED;
if (seed !== undefined) {
  if (!/^\d+$/.test(seed)) throw new Error(`PROPERTY_SEED is '${seed}'; allowed: a whole number`);
  fc.configureGlobal({ seed: Number(seed) });
}
