import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { gapBetweenRequests } from '../../../../lib/azure/resource-manager/client/pace.ts';
import { newWaitBudget } from '../../../../lib/azure/resource-manager/client/request-context.ts';
import { fakeClock, json, newContext, startArmServer, steppedClock, testClient } from '../fixtures/arm-server.ts';

const path = '/subscriptions/s1/providers/Microsoft.Compute/virtualMachines';
const apiVersion = '2026-04-01';
const throttling = { error: { code: 'SubscriptionRequestsThrottled', message: 'Too many requests.' } };

test.each([
  ['there is no header', {}, 0],
  ['plenty is left', { reads: '20' }, 0],
  ['few reads are left: 25 a second', { reads: '19' }, 40],
  ['fewer: others drain the bucket', { reads: '9' }, 80],
  ['next to nothing', { reads: '0' }, 160],
  ['few are left to all identities together', { 'global-reads': '12' }, 40],
  [
    'few lists of Compute are left: 300 a minute',
    { resource: 'Microsoft.Compute/HighCostGetSubscriptionMaximum;19' },
    200,
  ],
  ['the emptiest of several counts', { reads: '19', resource: 'Microsoft.Compute/A;900, Microsoft.Compute/B;4' }, 800],
  [
    'plenty in a window',
    { resource: 'Microsoft.Compute/HighCostGet3Min;46,Microsoft.Compute/HighCostGet30Min;371' },
    0,
  ],
  ['few in a window of unknown size', { resource: 'Microsoft.Compute/HighCostGet3Min;15' }, 180_000 / 20],
  ['the headers are unreadable', { reads: 'many', resource: 'Microsoft.Compute/HighCostGet3Min' }, 0],
])('the gap between two requests when %s', (_, left, expected) => {
  const headers = new Map(
    Object.entries(left).map(([name, value]) => [
      name === 'resource' ? 'x-ms-ratelimit-remaining-resource' : `x-ms-ratelimit-remaining-subscription-${name}`,
      value,
    ]),
  );

  const gap = gapBetweenRequests(headers, 0, new Map());

  expect(gap).toBe(expected);
});

test('requests in flight count as not yet counted, and tenants have their own bucket', () => {
  const headers = new Map([['x-ms-ratelimit-remaining-tenant-reads', '45']]);

  const gaps = [0, 25, 26, 36].map((inFlight) => gapBetweenRequests(headers, inFlight, new Map()));

  expect(gaps).toEqual([0, 0, 40, 80]);
});

test('a bucket with a time window is spread over it, at the largest size ever seen', () => {
  const largest = new Map<string, number>();
  const left = (count: number) =>
    gapBetweenRequests(
      new Map([['x-ms-ratelimit-remaining-resource', `Microsoft.Compute/HighCostGet3Min;${count}`]]),
      0,
      largest,
    );

  expect([left(180), left(12), left(6)]).toEqual([0, 1000, 2000]);
});

test('a subscription that runs out of lists is slowed down before it is throttled, for free', async () => {
  const few = { 'x-ms-ratelimit-remaining-resource': 'Microsoft.Compute/HighCostGetSubscriptionMaximum;12' };
  await using server = await startArmServer((response) => json(response, { ok: true }, 200, few));
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });
  const context = newContext();

  for (let i = 0; i < 4; i += 1) await arm.get(path, { apiVersion, context });

  expect(waits).toEqual([200, 200]);
  expect(context.meter.throttledMilliseconds).toBe(400);
  expect(context.budget.remainingMs).toBe(300_000);
});

test('going more slowly than the documented refill costs budget, and stops when that is used up', async () => {
  const empty = { 'x-ms-ratelimit-remaining-resource': 'Microsoft.Compute/HighCostGet30Min;1' };
  await using server = await startArmServer((response) => json(response, { ok: true }, 200, empty));
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });
  const context = newContext();

  for (let i = 0; i < 12; i += 1) await arm.get(path, { apiVersion, context });

  expect(waits).toEqual([60_000, 60_000, 60_000, 60_000, 60_000]);
  expect(context.budget.remainingMs).toBe(0);
});

test('throttling holds the other requests of that subscription only', async () => {
  await using server = await startArmServer((response, _, seen) =>
    seen.length === 1 ? json(response, throttling, 429, { 'retry-after': '40' }) : json(response, { ok: true }),
  );
  const time = steppedClock();
  const { arm } = testClient(server.origin, { clock: time.clock });
  const first = arm.get(path, { apiVersion, context: newContext() });
  await expect.poll(() => time.ends).toEqual([40_000]);
  const same = newContext();

  const second = arm.get(path, { apiVersion, context: same });
  await arm.get('/subscriptions/s2', { apiVersion, context: newContext() });

  await expect.poll(() => time.ends).toEqual([40_000, 40_200]);
  expect(server.requests).toHaveLength(2);
  expect(same.meter.throttledMilliseconds).toBe(40_200);
  time.step();
  await first;
  time.step();
  await second;
});

test('a request that already waits at the gate is held too, and leaves its place to another subscription', async () => {
  const open: ServerResponse[] = [];
  await using server = await startArmServer((response, { url }) =>
    url.pathname === '/subscriptions/s1/a' && open.push(response) === 1 ? undefined : json(response, { ok: true }),
  );
  const time = steppedClock();
  const { arm } = testClient(server.origin, { clock: time.clock, concurrency: 1 });
  const get = (name: string) => arm.get(`/subscriptions/${name}`, { apiVersion, context: newContext() });
  const first = get('s1/a');
  await expect.poll(() => open).toHaveLength(1);
  const [queued, other] = [get('s1/b'), get('s2/c')];

  const [refused] = open;
  if (refused !== undefined) json(refused, throttling, 429, { 'retry-after': '30' });
  await other;

  expect(server.requests.map(({ url }) => url.pathname)).toEqual(['/subscriptions/s1/a', '/subscriptions/s2/c']);
  await expect.poll(() => time.ends).toEqual([30_000, 30_200]);
  time.step();
  time.step();
  await Promise.all([first, queued]);
});

test('lists of one subscription that wait at the same time pay once, and then leave one by one', async () => {
  await using server = await startArmServer((response, _, seen) =>
    seen.length <= 6 ? json(response, throttling, 429, { 'retry-after': '60' }) : json(response, { ok: true }),
  );
  const time = steppedClock();
  const { arm } = testClient(server.origin, { clock: time.clock });
  const context = newContext();

  const lists = Array.from({ length: 6 }, (_, list) => arm.get(`${path}${list}`, { apiVersion, context }));
  await expect.poll(() => time.ends).toEqual([60_000, 60_200, 60_400, 60_600, 60_800, 61_000]);
  for (let left = lists.length; left > 0; left -= 1) time.step();
  await Promise.all(lists);

  expect(context.budget.remainingMs).toBe(240_000);
});

test('a request with less budget than its subscription is held for is not sent', async () => {
  await using server = await startArmServer((response, _, seen) =>
    seen.length === 1 ? json(response, throttling, 429, { 'retry-after': '40' }) : json(response, { ok: true }),
  );
  const time = steppedClock();
  const { arm } = testClient(server.origin, { clock: time.clock });
  const patient = arm.get(path, { apiVersion, context: newContext() });
  await expect.poll(() => time.ends).toHaveLength(1);

  const hasty = arm.get(path, { apiVersion, context: { ...newContext(), budget: newWaitBudget(5000) } });

  await expect(hasty).rejects.toMatchObject({
    code: 'Throttled',
    message: expect.stringContaining('Too many requests.'),
  });
  expect(server.requests).toHaveLength(1);
  time.step();
  await patient;
});
