import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withTimeout } from '../../lib/async/with-timeout.ts';

const never = new AbortController().signal;
const silence = (): Promise<string> => new Promise(() => undefined);
const unexpected = (): never => {
  throw new Error('It timed out');
};

test('Work that ends within the limit gives its result or its own error', async () => {
  expect(await withTimeout(Promise.resolve('token'), 60_000, never, unexpected)).toBe('token');
  expect(await withTimeout(async () => 'token', 60_000, never, unexpected)).toBe('token');
  await expect(withTimeout(Promise.reject(new Error('refused')), 60_000, never, unexpected)).rejects.toThrow('refused');
});

test('A promise that takes too long is left behind, with the result that the caller gives instead', async () => {
  expect(await withTimeout(silence(), 1, never, () => 'too late')).toBe('too late');
});

test('A function gets a signal and is awaited until it has stopped', async () => {
  let stopped = false;
  const work = async (signal: AbortSignal): Promise<string> => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await nextTurn();
    stopped = true;
    throw new Error('the work has stopped');
  };

  const result = await withTimeout(work, 1, never, (cause) => String(cause));

  expect([result, stopped]).toEqual(['Error: the work has stopped', true]);
});

test("The caller's signal ends the wait with its own reason", async () => {
  const caller = new AbortController();
  const ending = expect(withTimeout(silence(), 60_000, caller.signal, unexpected)).rejects.toThrow('The caller left');

  caller.abort(new Error('The caller left'));

  await ending;
});
