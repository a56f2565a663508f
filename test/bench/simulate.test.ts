import { expect, test } from 'vitest';
import { simulate } from '../../bench/simulate.ts';

const usual = { subscriptions: 60, machines: 100, busy: 0, instances: 2, batchesAtOnce: 16, lists: 8 };

test('a simulated run is reproducible, close to its bound, and gets no 429', async () => {
  const [run, again] = [await simulate(usual), await simulate(usual)];

  expect(run).toEqual(again);
  expect(run).toMatchObject({ refusals: { all: 0, caused: 0 }, statuses: { complete: 60 } });
  expect(run.wallMs / run.boundMs).toBeLessThan(1.3);
  expect(run.wallMs).toBeGreaterThanOrEqual(run.boundMs);
});

test('a subscription beyond its quota is read at the pace of the quota, without a 429', async () => {
  const run = await simulate({ ...usual, subscriptions: 1, machines: 25_000, instances: 1 });

  expect(run).toMatchObject({ refusals: { all: 0 }, statuses: { complete: 1 } });
  expect(run.wallMs / run.boundMs).toBeLessThan(1.3);
});

test('subscriptions whose buckets others keep empty fail after five minutes and do not delay the others', async () => {
  const run = await simulate({ ...usual, busy: 6 });

  expect(run.statuses).toEqual({ complete: 54, failed: 6 });
  expect(run.refusals).toMatchObject({ caused: 0 });
  expect(run.refusals.all).toBeLessThanOrEqual(6 * 15);
  expect(run.othersMs).toBeLessThan(10_000);
  expect(run.wallMs).toBeLessThan(320_000);
});
