import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keptFor } from '../../lib/async/kept-for.ts';

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('the work is done once in the time, and again after it', async () => {
  let times = 0;
  const kept = keptFor(5_000, async () => ++times);

  const together = await Promise.all([kept.get(never), kept.get(never)]);
  vi.advanceTimersByTime(4_999);
  const within = await kept.get(never);
  vi.advanceTimersByTime(1);

  expect([together, within, await kept.get(never)]).toEqual([[1, 1], 1, 2]);
});

test('a failure is shared, but not kept', async () => {
  let times = 0;
  const kept = keptFor(5_000, async () => {
    times += 1;
    if (times === 1) throw new Error('first');
    return times;
  });

  const [one, other] = await Promise.allSettled([kept.get(never), kept.get(never)]);

  expect([one?.status, other?.status, times]).toEqual(['rejected', 'rejected', 1]);
  expect(await kept.get(never)).toBe(2);
});

test('what expires is read again, even while it is being read', async () => {
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let times = 0;
  const kept = keptFor(5_000, async () => answers[times++]?.promise);

  const before = kept.get(never);
  kept.expire();
  const after = kept.get(never);
  answers[1]?.resolve('new');
  answers[0]?.resolve('old');

  expect([await before, await after, await kept.get(never)]).toEqual(['old', 'new', 'new']);
});

test('a caller that leaves does not disturb the others, and the last one ends the work', async () => {
  const signals: AbortSignal[] = [];
  const kept = keptFor(5_000, (signal) => {
    signals.push(signal);
    return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const [leaving, staying] = [new AbortController(), new AbortController()];

  const one = kept.get(leaving.signal);
  const other = kept.get(staying.signal);
  leaving.abort(new Error('left'));
  await expect(one).rejects.toThrow('left');
  const stillWorking = signals[0]?.aborted;
  staying.abort(new Error('left too'));
  await expect(other).rejects.toThrow('left too');

  expect([stillWorking, signals[0]?.aborted]).toEqual([false, true]);
});
