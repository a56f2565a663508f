import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../local/host/schedule.ts';

const now = new Date(2026, 10, 21, 12, 0, 30);
const next = (expression: string): string => {
  const date = parseSchedule(expression, now).next(now);
  const [day, time] = [date.toDateString(), date.toTimeString().slice(0, 8)];
  return `${day} ${time}`;
};

describe('a schedule', () => {
  test.each([
    ['0 0 */6 * * *', 'Sat Nov 21 2026 18:00:00'],
    ['*/5 * * * *', 'Sat Nov 21 2026 12:05:00'],
    ['0 30 9 * Jan Mon', 'Mon Jan 04 2027 09:30:00'],
    ['0 0 0 1 * 1', 'Mon Feb 01 2027 00:00:00'],
    ['00:10:00', 'Sat Nov 21 2026 12:10:30'],
    ['1.00:00:00', 'Sun Nov 22 2026 12:00:30'],
    ['2', 'Mon Nov 23 2026 12:00:30'],
  ])('the next occurrence of %s is %s', (expression, expected) => {
    const occurrence = next(expression);

    expect(occurrence).toBe(expected);
  });

  test.each([
    '',
    'soon',
    '* * *',
    '0 0 0 L * *',
    '0 0 0 ? * *',
    '@daily',
    '0 0 0 * * * 2027',
    '24:00:00',
    '00:00:00',
    '61 * * * * *',
  ])('refuses %j', (expression) => {
    const parse = () => parseSchedule(expression, now);

    expect(parse).toThrow(RangeError);
  });

  test('reports whether it occurs more than once a minute', () => {
    const frequent = ['*/30 * * * * *', '00:00:30', '0 * * * * *', '00:01:00'];

    const found = frequent.map((expression) => parseSchedule(expression, now).subMinute);

    expect(found).toEqual([true, true, false, false]);
  });
});
