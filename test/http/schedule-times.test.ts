import { afterEach, describe, expect, test, vi } from 'vitest';
import { lastPeriodMs, tooOldAt } from '../../lib/http/schedule-times.ts';
import { servedInventory } from './fixtures/served-inventory.ts';

const minute = 60_000;
afterEach(() => vi.unstubAllEnvs());

/** 2026-11-20 is a Friday. */
const tooOld = (schedule: string, finishedAt: string) =>
  tooOldAt(schedule, new Date(finishedAt))?.toISOString().replace('.000Z', 'Z');

/** Whether the app is healthy at each of these times, with the newest run finished at `finishedAt`. */
async function healthAt(schedule: string, finishedAt: string, times: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const time of times) {
    using served = servedInventory({
      schedule,
      now: () => new Date(time),
      lastRun: async () => ({ finishedAt, complete: true }),
    });
    statuses.push((await served.send('health')).status);
  }
  return statuses;
}

describe('health', () => {
  test('expects no runs on a weekend, and misses those after it', async () => {
    const statuses = await healthAt('0 */15 * * * 1-5', '2026-11-20T23:47:00Z', [
      '2026-11-21T00:20:00Z',
      '2026-11-22T12:00:00Z',
      '2026-11-23T00:14:00Z',
      '2026-11-23T00:18:00Z',
    ]);
    expect(statuses).toEqual([200, 200, 200, 503]);
  });

  test('misses weekly runs as soon as daily ones', async () => {
    const statuses = await healthAt('0 */15 * * * 1-5', '2026-11-18T10:02:00Z', [
      '2026-11-18T10:31:00Z',
      '2026-11-18T10:33:00Z',
    ]);
    expect(statuses).toEqual([200, 503]);
  });

  test('survives an invalid schedule, and one without occurrences', async () => {
    const years = ['2030-01-01T00:00:00Z'];
    expect(await healthAt('01:00:00', '2026-11-18T10:02:00Z', years)).toEqual([200]);
    expect(await healthAt('0 0 0 31 2 *', '2026-11-18T10:02:00Z', years)).toEqual([200]);
  });
});

test.each([
  ['every six hours', '0 0 */6 * * *', '2026-11-20T06:07:30Z', '2026-11-20T18:07:30Z'],
  ['every six hours, begun by hand', '0 0 */6 * * *', '2026-11-20T05:50:00Z', '2026-11-20T17:50:00Z'],
  ['every six hours, to the second', '0 0 */6 * * *', '2026-11-20T06:00:00Z', '2026-11-20T18:00:00Z'],
  ['each working day', '0 0 6 * * 1-5', '2026-11-20T06:10:00Z', '2026-11-24T06:10:00Z'],
  ['in working hours', '0 0 8-18 * * 1-5', '2026-11-20T18:20:00Z', '2026-11-23T09:20:00Z'],
  ['by hand at a weekend', '0 */15 * * * 1-5', '2026-11-21T12:00:00Z', '2026-11-23T00:30:00Z'],
  ['once a month', '0 0 0 1 * *', '2026-11-01T00:30:00Z', '2027-01-01T00:30:00Z'],
])('A run is too old when the second one after it should have ended: %s', (_, schedule, finishedAt, at) => {
  expect(tooOld(schedule, finishedAt)).toBe(at);
});

test.each([
  // In Berlin 02:00 is 03:00 on 2026-03-29, and 03:00 is 02:00 on 2026-10-25.
  ['an hour less', '0 0 */12 * * *', '2026-03-28T23:05:00Z', '2026-03-29T22:05:00Z'],
  ['an hour more', '0 0 */12 * * *', '2026-10-24T22:05:00Z', '2026-10-25T23:05:00Z'],
  ['a time that there is not', '0 30 2 * * *', '2026-03-28T01:35:00Z', '2026-03-30T00:35:00Z'],
  ['a time that there is twice', '0 */15 * * * *', '2026-10-25T00:46:00Z', '2026-10-25T01:16:00Z'],
])('Days of 23 or 25 hours are no delay: %s', (_, schedule, finishedAt, at) => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  expect(tooOld(schedule, finishedAt)).toBe(at);
});

test('The last period is that between the last two occurrences', () => {
  const at = (time: string) => lastPeriodMs('0 */15 * * * 1-5', new Date(time));
  expect([at('2026-11-18T10:02:00Z'), at('2026-11-21T12:00:00Z')]).toEqual([15 * minute, 15 * minute]);
  expect(at('2026-11-23T00:00:01Z')).toBe((48 * 60 + 15) * minute);
  expect(lastPeriodMs('0 0 */6 * * *', new Date('2026-11-20T05:59:59Z'))).toBe(360 * minute);
  expect(lastPeriodMs('01:00:00', new Date('2026-11-20T05:59:59Z'))).toBeNull();
});
