/**
 * How many cases a test runs: a few in `npm test`, many in `npm run test:all`, and any number that its environment variable
 * sets. `SOAK_RUNS=1000 npm run test:all -- test/bench` runs one file with a number of its own. 0 = none: such a test is
 * skipped with `test.runIf(count > 0)`.
 */
export function caseCount(
  variable: 'CRASH_POINTS' | 'FAULT_POINTS' | 'FUZZ_REQUESTS' | 'PROPERTY_RUNS' | 'SOAK_RUNS',
  { few, many }: { readonly few: number; readonly many: number },
): number {
  const set = process.env[variable];
  if (set === undefined) return allCases ? many : few;
  if (!/^[1-9]\d*$/.test(set)) throw new Error(`${variable} is '${set}'; allowed: a whole number from 1`);
  return Number(set);
}

/** Whether this is `npm run test:all`. Otherwise tests that wait or compute for long are skipped: `test.runIf(allCases)`. */
export const allCases = process.env.TEST_ALL !== undefined;

/** All cases in `npm run test:all`, the first few in `npm test`. */
export function casesOf<Case>(few: number, all: readonly Case[]): readonly Case[] {
  return allCases ? all : all.slice(0, few);
}
