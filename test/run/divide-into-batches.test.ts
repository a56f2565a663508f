import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideIntoBatches } from '../../lib/run/divide-into-batches.ts';
import { caseCount } from '../support/cases.ts';
import { guid } from '../support/readings.ts';

function planned(number: number) {
  return { subscriptionId: guid(number), displayName: `${number}`, tenantId: null, state: 'Enabled', skip: null };
}
function known(number: number, machineCount: number | null) {
  return { subscriptionId: guid(number), displayName: `${number}`, visibility: 'visible', machineCount } as const;
}
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('Every subscription is in exactly one batch, in at most 500, and none is empty', () => {
  const counts = fc.array(fc.option(fc.nat(5_000)), { maxLength: 1_500 });
  fc.assert(
    fc.property(counts, (machineCounts) => {
      const all = numbers(machineCounts.length);
      const batches = divideIntoBatches(
        all.map(planned),
        all.map((each) => known(each, machineCounts[each] ?? null)),
      );

      const ids = batches.flatMap(({ subscriptionIds }) => subscriptionIds);
      expect(ids.toSorted()).toEqual(all.map(guid).toSorted());
      expect(batches.length).toBeLessThanOrEqual(500);
      expect(batches.every(({ subscriptionIds, takenFrom }) => subscriptionIds.length > 0 && takenFrom === null)).toBe(
        true,
      );
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 50, many: 500 }) },
  );
});

test('10,000 subscriptions make at most 500 batches of about the same work', () => {
  const all = numbers(10_000);
  const machinesOf = (each: number) => (each * 7_919) % 400;
  const batches = divideIntoBatches(
    all.map(planned),
    all.map((each) => known(each, machinesOf(each))),
  );

  const size = new Map(all.map((each) => [guid(each), machinesOf(each)]));
  const work = batches.map(({ subscriptionIds }) =>
    subscriptionIds.reduce((sum, id) => sum + (size.get(id) ?? 0) + 40, 0),
  );
  expect(batches).toHaveLength(500);
  expect(Math.max(...work) / Math.min(...work)).toBeLessThan(1.05);
});

test('The biggest subscription of the last run is alone, and first', () => {
  const all = numbers(200);
  const batches = divideIntoBatches(
    all.map(planned),
    all.map((each) => known(each, each === 150 ? 5_000 : 20)),
  );

  expect(batches[0]?.subscriptionIds).toEqual([guid(150)]);
});
