import { expect, test } from 'vitest';
import { compareRatios, comparisonTable, ratiosOf } from '../../bench/support/compare.ts';
import type { Figure } from '../../bench/support/figure.ts';

const time = (...values: number[]): Figure => ({ name: 'time / floor', goal: { at: 'most', value: 1 }, values });
const rate = (...values: number[]): Figure => ({ name: 'rate / bare', goal: { at: 'least', value: 1 }, values });
const committed = { 'time / floor': { value: 2, margin: 0.1 }, 'rate / bare': { value: 0.5, margin: 0.2 } };
const verdicts = (...figures: Figure[]) => compareRatios(figures, committed).map(({ verdict }) => verdict);

test('a ratio beyond its margin is a loss or a gain, whichever way is better', () => {
  expect(verdicts(time(2.21), rate(0.39))).toEqual(['loss', 'loss']);
  expect(verdicts(time(1.79), rate(0.61))).toEqual(['gain', 'gain']);
});

test('a ratio within its margin is as before', () => {
  expect(verdicts(time(2.19), rate(0.41))).toEqual(['as before', 'as before']);
  expect(verdicts(time(1.81), rate(0.59))).toEqual(['as before', 'as before']);
});

test('the median counts, not the worst round', () => {
  expect(verdicts(time(1.9, 2, 9), rate(0.1, 0.5, 0.6))).toEqual(['as before', 'as before']);
});

test('a committed ratio that was not measured, and one that is not committed, are shown as such', () => {
  const fresh: Figure = { name: 'other / one', goal: { at: 'most', value: 1 }, values: [3] };

  expect(compareRatios([fresh, time(2)], committed)).toEqual([
    { name: 'other / one', committed: null, measured: 3, change: null, verdict: 'new' },
    { name: 'time / floor', committed: committed['time / floor'], measured: 2, change: 0, verdict: 'as before' },
    {
      name: 'rate / bare',
      committed: committed['rate / bare'],
      measured: null,
      change: null,
      verdict: 'not measured',
    },
  ]);
});

test.each([[[]], [[Number.NaN]], [[Number.POSITIVE_INFINITY]]])('values %j break the comparison', (values) => {
  expect(() => compareRatios([time(...values)], committed)).toThrow(/time \/ floor was measured as/);
});

test('a loss stands out in the table', () => {
  const table = comparisonTable(compareRatios([time(2.5)], committed));

  expect(table.split('\n').slice(2)).toEqual([
    '| time / floor | 2.00 | 2.50 | +25 % | ± 10 % | **loss** |',
    '| rate / bare | 0.50 | – | – | ± 20 % | not measured |',
  ]);
});

test('a margin is twice the spread of the medians, and at least a twentieth', () => {
  const measurements = [
    [time(1.9, 2, 5), rate(0.5)],
    [time(2.2, 2.2), rate(0.5)],
    [time(2.1), rate(0.501)],
  ];

  expect(ratiosOf(measurements)).toEqual({
    'time / floor': { value: 2.1, margin: 0.19 },
    'rate / bare': { value: 0.5, margin: 0.05 },
  });
});
