import { expect, test } from 'vitest';
import { writeBehind } from '../../lib/collect/write-behind.ts';
import type { ReadingSink } from '../../lib/inventory/reading.ts';
import { machine } from '../support/readings.ts';

/** A sink that notes what is written, and fails where it is told to. */
function notes(failAt = Number.POSITIVE_INFINITY) {
  const written: string[] = [];
  const note = (text: string): void => {
    if (written.length === failAt) throw new Error('the disk is full');
    written.push(text);
  };
  const target: ReadingSink = {
    begin: (id) => note(`begin ${id}`),
    machines: (_id, [first]) => note(`machine ${first?.name}`),
    powerStates: () => note('power'),
    identities: () => note('identities'),
    roleAssignments: () => note('assignments'),
    roleDefinitions: () => note('definitions'),
    end: ({ kind }) => note(`end ${kind}`),
  };
  return { written, target };
}
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

test('what is read is written in its order, and nothing is left after a flush', () => {
  const { written, target } = notes();
  const { sink, flush } = writeBehind(target);
  sink.begin('s', 'now');
  for (const name of ['a', 'b']) sink.machines('s', [machine(name)]);
  sink.identities('s', []);
  sink.roleAssignments('s', []);
  sink.roleDefinitions('s', []);
  expect(written).toEqual([]);
  flush();
  expect(written).toEqual(['begin s', 'machine a', 'machine b', 'identities', 'assignments', 'definitions']);
});

test('it is written by itself when nothing new comes', async () => {
  const { written, target } = notes();
  const { sink } = writeBehind(target);
  sink.begin('s', 'now');
  sink.machines('s', [machine('a')]);
  await turns(10);
  expect(written).toEqual(['begin s', 'machine a']);
});

test('what waits is bounded, also when new pages never stop coming', async () => {
  const { written, target } = notes();
  const { sink } = writeBehind(target);
  for (let page = 0; page < 1000; page++) {
    sink.machines('s', [machine(`m${page}`)]);
    await turns(1);
  }
  expect(written.length).toBeGreaterThan(1000 - 150);
  expect(written).toEqual(Array.from(written, (_, page) => `machine m${page}`));
});

test('a failure to write comes out at the next page, and at the flush', async () => {
  const { target } = notes(1);
  const { sink, flush } = writeBehind(target);
  sink.begin('s', 'now');
  sink.machines('s', [machine('a')]);
  await turns(10);
  expect(() => sink.machines('s', [machine('b')])).toThrow('the disk is full');
  expect(flush).toThrow('the disk is full');
});

test('nothing is written after it was discarded', async () => {
  const { written, target } = notes();
  const { sink, discard } = writeBehind(target);
  sink.begin('s', 'now');
  discard();
  await turns(5);
  expect(written).toEqual([]);
});
