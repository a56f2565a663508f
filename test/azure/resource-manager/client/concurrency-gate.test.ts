import { expect, test } from 'vitest';
import { createConcurrencyGate } from '../../../../lib/azure/resource-manager/client/concurrency-gate.ts';

const { signal } = new AbortController();
/** A task that the test ends. */
function lasting() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { task: () => promise, end: resolve };
}

test('no more tasks run than the gate lets in', async () => {
  const gate = createConcurrencyGate(2);
  let running = 0;
  let most = 0;
  const task = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
  };
  await Promise.all(Array.from({ length: 9 }, () => gate.run(0, signal, task)));
  expect({ most, running }).toEqual({ most: 2, running: 0 });
});

test('larger priority goes first, and first come first served within one', async () => {
  const gate = createConcurrencyGate(1);
  const first = lasting();
  const order: string[] = [];
  const note = (name: string) => async () => void order.push(name);
  const all = [
    gate.run(0, signal, first.task),
    gate.run(1, signal, note('one, first')),
    gate.run(5, signal, note('five')),
    gate.run(1, signal, note('one, second')),
  ];
  first.end();
  await Promise.all(all);
  expect(order).toEqual(['five', 'one, first', 'one, second']);
});

test('an abort rejects only the waiters with that signal', async () => {
  const gate = createConcurrencyGate(1);
  const first = lasting();
  const controller = new AbortController();
  const running = gate.run(0, signal, first.task);
  const sentAway = [1, 2].map(() => gate.run(9, controller.signal, async () => 'never'));
  const patient = gate.run(0, signal, async () => 'served');
  controller.abort(new Error('enough'));
  for (const waiting of sentAway) await expect(waiting).rejects.toThrow('enough');
  first.end();
  await running;
  expect(await patient).toBe('served');
  expect(await gate.run(0, signal, async () => 'and the place is free')).toBe('and the place is free');
});

test('an abort of a task that has just entered frees no other place', async () => {
  const gate = createConcurrencyGate(1);
  const first = lasting();
  const controller = new AbortController();
  const running = gate.run(0, signal, first.task);
  const letIn = gate.run(1, controller.signal, async () => 'let in');
  const patient = gate.run(0, signal, async () => 'served');
  first.end();
  await running;
  controller.abort();
  expect(await Promise.all([letIn, patient])).toEqual(['let in', 'served']);
});
