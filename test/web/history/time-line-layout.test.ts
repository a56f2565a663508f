import { expect, test } from 'vitest';
import { layoutTimeLine, type Period, timeLineSize } from '../../../web/parts/history/time-line-layout.ts';

const start = timeLineSize.labels;
const end = timeLineSize.width - 8;
const day = (of: number) => `2026-11-${String(of).padStart(2, '0')}T00:00:00.000Z`;
const run = (of: number, complete = true) => ({ runId: `run-${of}`, finishedAt: day(of), complete });
const runs = [run(1), run(6, false), run(11)];

function period(name: string, attachedFrom: string, detachedAt: string | null = null): Period {
  return { machineId: `/virtualMachines/${name}`, name, attachedFrom, detachedAt };
}

test('a bar goes from the attachment to the end, or to the detachment', () => {
  const { lanes } = layoutTimeLine([period('a', day(1)), period('b', day(6), day(11))], [], runs, day(11), true);
  expect(lanes.map(({ bars }) => bars)).toMatchObject([
    [{ x: start, end, open: true }],
    [{ x: (start + end) / 2, end, open: false }],
  ]);
});

test('what lies between two readings is told apart', () => {
  const changes = [
    { kind: 'identityAttached', at: day(6), notBefore: day(1), resourceId: '/VIRTUALMACHINES/a' },
    { kind: 'identityDetached', at: day(11), notBefore: day(6), resourceId: '/virtualMachines/a' },
    { kind: 'identityAttached', at: day(6), notBefore: day(1), resourceId: '/virtualMachines/other' },
  ];
  const { lanes } = layoutTimeLine([period('a', day(6), day(11)), period('b', day(6))], changes, runs, day(11), true);
  const middle = (start + end) / 2;
  expect(lanes[0]?.bars).toMatchObject([{ earliest: start, x: middle, lastKnown: middle, end }]);
  expect(lanes[1]?.bars).toMatchObject([{ earliest: middle, x: middle, lastKnown: end, end }]);
});

test('several periods of one machine share its lane', () => {
  const periods = [period('a', day(1), day(6)), period('b', day(1)), period('A', day(11))];
  const { lanes } = layoutTimeLine(
    periods.map((one) => ({ ...one, machineId: `/${one.name}` })),
    [],
    runs,
    day(11),
    true,
  );
  expect(lanes.map(({ name, bars }) => [name, bars.length])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
});

test('thirty machines have a lane, the others are counted', () => {
  const periods = Array.from({ length: 33 }, (_, index) => period(`m${index}`, day(1)));
  const layout = layoutTimeLine(periods, [], runs, day(11), true);
  expect(layout.lanes).toHaveLength(30);
  expect(layout.left).toBe(3);
});

test('roles of one reading are one mark, and runs keep whether they were complete', () => {
  const changes = ['r1', 'r2'].map((resourceId) => ({
    kind: 'roleAssigned',
    at: day(6),
    notBefore: day(1),
    resourceId,
  }));
  const removed = { kind: 'roleRemoved', at: day(11), notBefore: day(6), resourceId: 'r1' };
  const layout = layoutTimeLine([period('a', day(1))], [...changes, removed], runs, day(11), true);
  expect(layout.roles).toMatchObject([
    { given: true, count: 2, x: (start + end) / 2 },
    { given: false, count: 1, x: end },
  ]);
  expect(layout.runs.map(({ run }) => run.complete)).toEqual([true, false, true]);
});

test('a single moment has a span, and nothing lies outside of the picture', () => {
  const layout = layoutTimeLine([period('a', day(11))], [], [run(11)], day(11), true);
  for (const { bars } of layout.lanes) {
    for (const bar of bars) expect([bar.x, bar.end].every((x) => x >= start && x <= end)).toBe(true);
  }
});
