import { expect, test } from 'vitest';
import { type SubscriptionReading, unknowablePlaces } from '../../web/views/compare/readings.ts';

const reading = (
  id: string,
  status: SubscriptionReading['status'],
  readAt: string | null = null,
): SubscriptionReading => ({ subscriptionId: id, displayName: `Name of ${id}`, status, readAt });
const run = (...subscriptions: readonly SubscriptionReading[]) => ({ subscriptions, blindSpots: [] });
const first = '2026-11-01T06:00:00Z';
const second = '2026-11-02T06:00:00Z';

test.each([
  ['denied', 'complete', 'unknowable'],
  ['complete', 'failed', 'unknowable'],
  ['denied', 'denied', 'unknowable'],
  ['skipped', 'complete', 'unknowable'],
  ['partial', 'complete', 'partly'],
  ['partial', 'partial', 'partly'],
] as const)('a subscription that was %s, then %s: %s', (from, to, meaning) => {
  expect(unknowablePlaces(run(reading('a', from, first)), run(reading('a', to, second)))).toEqual([
    { subscriptionId: 'a', displayName: 'Name of a', from, to, meaning },
  ]);
});

test('what both runs read, and what both skipped, hides nothing', () => {
  const from = run(reading('a', 'complete', first), reading('b', 'skipped'));
  const to = run(reading('a', 'complete', second), reading('b', 'skipped'));
  expect(unknowablePlaces(from, to)).toEqual([]);
});

test('a reading that is older than the second run says nothing of what came after it', () => {
  const same = run(reading('a', 'complete', first));
  expect(unknowablePlaces(same, same)).toMatchObject([{ meaning: 'notReadAgain' }]);
});

test('what only one run saw is unknowable, also as a blind spot; what differs comes first', () => {
  const from = run(reading('a', 'denied'), reading('b', 'complete', first), reading('c', 'complete', first));
  const to = { ...run(reading('a', 'denied')), blindSpots: [{ subscriptionId: 'b', displayName: null }] };
  expect(unknowablePlaces(from, to).map(({ subscriptionId, from, to }) => [subscriptionId, from, to])).toEqual([
    ['b', 'complete', 'blindSpot'],
    ['c', 'complete', 'absent'],
    ['a', 'denied', 'denied'],
  ]);
});
