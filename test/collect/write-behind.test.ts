import { expect, test } from 'vitest';
import { writeBehind } from '../../lib/collect/write-behind.ts';
import type { ReadingEvent, ReadingSink } from '../../lib/inventory/reading.ts';
import { machine } from '../support/readings.ts';

/** A sink that records what is written, and fails at event number `failAt`. */
function notes(failAt = Number.POSITIVE_INFINITY) {
  const written: string[] = [];
  const note = (text: string): void => {
    if (written.length === failAt) throw new Error('the disk is full');
    written.push(text);
  };
  const target: ReadingSink = (event) => {
    if (event.type === 'machines') note(`machine ${event.rows[0]?.name}`);
    else note(event.type);
  };
  return { written, target };
}
const begin: ReadingEvent = { type: 'begin', subscriptionId: 's', readAt: 'now' };
const machineRows = (name: string): ReadingEvent => {
  return { type: 'machines', subscriptionId: 's', rows: [machine(name)] };
};
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

test('events are written in their order, and none is left after a flush', () => {
  const { written, target } = notes();
  const { sink, flush } = writeBehind(target);
  sink(begin);
  for (const name of ['a', 'b']) sink(machineRows(name));
  for (const type of ['identities', 'roleAssignments', 'roleDefinitions'] as const) {
    sink({ type, subscriptionId: 's', rows: [] });
  }
  expect(written).toEqual([]);
  flush();
  expect(written).toEqual(['begin', 'machine a', 'machine b', 'identities', 'roleAssignments', 'roleDefinitions']);
});

test('events are written without a flush when nothing new comes', async () => {
  const { written, target } = notes();
  const { sink } = writeBehind(target);
  sink(begin);
  sink(machineRows('a'));
  await turns(10);
  expect(written).toEqual(['begin', 'machine a']);
});

test('the number of waiting events is bounded, even when new pages never stop coming', async () => {
  const { written, target } = notes();
  const { sink } = writeBehind(target);
  for (let page = 0; page < 1000; page++) {
    sink(machineRows(`m${page}`));
    await turns(1);
  }
  expect(written.length).toBeGreaterThan(1000 - 150);
  expect(written).toEqual(Array.from(written, (_, page) => `machine m${page}`));
});

test('the number of waiting rows is bounded, so that few large pages wait', async () => {
  const { written, target } = notes();
  const { sink } = writeBehind(target);
  const rows = Array.from({ length: 1000 }, () => machine('a'));
  for (let page = 0; page < 10; page++) {
    sink({ type: 'machines', subscriptionId: 's', rows });
    await turns(1);
  }
  expect(written.length).toBeGreaterThanOrEqual(9);
});

test('a failed write is thrown at the next event, and at the flush', async () => {
  const { target } = notes(1);
  const { sink, flush } = writeBehind(target);
  sink(begin);
  sink(machineRows('a'));
  await turns(10);
  expect(() => sink(machineRows('b'))).toThrow('the disk is full');
  expect(flush).toThrow('the disk is full');
});

test('nothing is written after a discard', async () => {
  const { written, target } = notes();
  const { sink, discard } = writeBehind(target);
  sink(begin);
  discard();
  await turns(5);
  expect(written).toEqual([]);
});
