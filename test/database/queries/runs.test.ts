import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { getRun, listRuns } from '../../../lib/database/queries/runs.ts';
import { InventoryError, NotFoundError } from '../../../lib/errors.ts';
import { createInventory, finishedAt, type Inventory, runIdOf, startedAt } from '../fixtures/inventory.ts';

let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

const refusal = (asOf: string | null): unknown => {
  try {
    return resolveAsOf(inventory.open(), asOf);
  } catch (error) {
    return error;
  }
};

test('without a run, every query fails', () => {
  for (const asOf of [null, runIdOf(1), finishedAt(1)]) {
    expect(refusal(asOf)).toMatchObject({ code: 'InventoryNotReady', hint: 'Run: vm-identities collect' });
  }
});

test('asOf is the newest run, a run by id, or the newest run that had finished by a time', () => {
  const runs = [inventory.run(), inventory.run(), inventory.run()];
  const database = inventory.open();
  const asked = [
    null,
    runIdOf(2),
    finishedAt(2),
    finishedAt(2).replace('.000Z', 'Z'),
    '2026-11-01T03:05:00+01:00',
    '2026-11-01T02:04:59.999Z',
    '2030-01-01',
  ];
  const seqs = asked.map((asOf) => resolveAsOf(database, asOf).seq);
  expect(seqs).toEqual([3, 2, 2, 2, 2, 1, 3]);
  expect(resolveAsOf(database, null)).toEqual(runs[2]);
});

test('asOf without a matching run is refused with its value', () => {
  inventory.run();
  expect(refusal('20261101T000009Z-ffff')).toMatchObject({ code: 'RunNotFound' });
  expect(refusal('2026-11-01T00:00:00Z')).toMatchObject({ code: 'NoRunAtThatTime' });
  expect(refusal('2026-11-01T00:00:00Z')).toBeInstanceOf(NotFoundError);
  expect(refusal('yesterday')).toMatchObject({
    code: 'InvalidAsOf',
    message: expect.stringContaining("is 'yesterday'; allowed: a run id"),
  });
  expect(refusal('yesterday')).toBeInstanceOf(InventoryError);
});

test('runs are listed newest first and found by id', () => {
  inventory.run();
  inventory.read('sub-1');
  inventory.read('sub-1', 'complete', { kind: 'powerStates' });
  inventory.run({ scope: ['sub-1'], reason: 'NoSubscriptions' });
  const database = inventory.open();
  expect(listRuns(database).map((run) => run.id)).toEqual([runIdOf(2), runIdOf(1)]);
  expect(getRun(database, runIdOf(1))).toEqual({
    id: runIdOf(1),
    trigger: 'timer',
    status: 'succeeded',
    scope: null,
    startedAt: startedAt(1),
    finishedAt: finishedAt(1),
    complete: true,
    reason: null,
    virtualMachineCount: 7,
    principalCount: 3,
    coverage: { complete: 2, partial: 1, failed: 0, denied: 0, skipped: 1, blindSpots: null },
    changes: { virtualMachineCreated: 2 },
    progress: {
      step: 'done',
      subscriptionsDone: 4,
      subscriptionsTotal: 4,
      virtualMachines: 7,
      requests: 4,
      updatedAt: finishedAt(1),
    },
  });
  expect(getRun(database, runIdOf(2))).toMatchObject({ scope: ['sub-1'], reason: { code: 'NoSubscriptions' } });
  expect(getRun(database, runIdOf(3))).toBeNull();
});
