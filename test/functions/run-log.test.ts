import { afterEach, beforeEach, expect, test } from 'vitest';
import { logRun } from '../../functions/run-log.ts';
import { getRun } from '../../lib/database/queries/runs.ts';
import { InventoryError } from '../../lib/errors.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { createInventory, type Inventory } from '../database/fixtures/inventory.ts';
import { never } from '../support/stores.ts';

let inventory: Inventory;
let released: number;
let lines: [level: string, line: string][];
const logger = {
  info: (line: string) => void lines.push(['info', line]),
  error: (line: string) => void lines.push(['error', line]),
};
const reader = {
  current: async () => ({
    database: inventory.open(),
    [Symbol.dispose]() {
      released += 1;
    },
  }),
};
const unreadable = {
  current: async () => {
    throw new InventoryError('StorageUnavailable', 'Cannot read latest.json');
  },
};

beforeEach(() => {
  inventory = createInventory();
  released = 0;
  lines = [];
});
afterEach(() => inventory[Symbol.dispose]());

/** The newest of two runs, which found a blind spot. */
function publishedRun(): Run {
  inventory.run();
  const { runId } = inventory.run();
  inventory.blindSpot('11111111-1111-4111-8111-111111111111');
  const run = getRun(inventory.open(), runId);
  if (run === null) throw new Error('the run is in the database');
  return run;
}

const failedRun: Run = {
  id: '20261121T060000Z-0000',
  trigger: 'timer',
  status: 'failed',
  scope: ['s'],
  complete: false,
  startedAt: '2026-11-21T06:00:00.000Z',
  finishedAt: '2026-11-21T06:00:01.500Z',
  reason: { code: 'StorageDenied', message: 'Cannot write', hint: 'az role assignment create' },
  virtualMachineCount: 0,
  principalCount: 0,
  changes: {},
  coverage: { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: null },
  progress: {
    step: 'publish',
    subscriptionsDone: 1,
    subscriptionsTotal: 1,
    virtualMachines: 2,
    requests: 3,
    updatedAt: '2026-11-21T06:00:01.500Z',
  },
};

test('a succeeded run logs one line of information, with what is new in it', async () => {
  const run = publishedRun();

  await logRun(run, reader, logger, never);

  const [level, line = ''] = lines[0] ?? [];
  expect([lines.length, level]).toEqual([1, 'info']);
  expect(line).toMatch(/^\{"event":"inventoryRun",/);
  expect(Object.entries(JSON.parse(line)).map(([name]) => name)).toEqual([
    'event',
    'runId',
    'trigger',
    'status',
    'complete',
    'startedAt',
    'finishedAt',
    'seconds',
    'scope',
    'virtualMachineCount',
    'principalCount',
    'requests',
    'coverage',
    'changes',
    'reason',
    'blindSpotsAppeared',
    'newFindings',
  ]);
  expect(JSON.parse(line)).toMatchObject({
    runId: run.id,
    status: 'succeeded',
    complete: true,
    scope: null,
    virtualMachineCount: 7,
    reason: null,
    blindSpotsAppeared: 1,
    newFindings: { high: 0, medium: 0, low: 0 },
  });
  expect(released).toBe(1);
});

test('a failed run logs one line of error with the reason, and opens no database', async () => {
  await logRun(failedRun, unreadable, logger, never);

  const [level, line = ''] = lines[0] ?? [];
  expect([lines.length, level]).toEqual([1, 'error']);
  expect(JSON.parse(line)).toMatchObject({
    status: 'failed',
    complete: false,
    scope: 1,
    seconds: 1.5,
    requests: 3,
    reason: failedRun.reason,
    blindSpotsAppeared: 0,
    newFindings: { high: 0, medium: 0, low: 0 },
  });
});

test('what is new is null, not zero, when the database cannot be read; the line is still logged', async () => {
  const run = publishedRun();

  await logRun(run, unreadable, logger, never);

  expect(lines.map(([level]) => level)).toEqual(['error', 'info']);
  expect(lines[0]?.[1]).toContain(`Cannot read what is new in run ${run.id}: `);
  expect(JSON.parse(lines[1]?.[1] ?? '')).toMatchObject({ blindSpotsAppeared: null, newFindings: null });
});
