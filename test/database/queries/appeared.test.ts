import { afterEach, beforeEach, expect, test } from 'vitest';
import { appearedInRun } from '../../../lib/database/queries/runs.ts';
import { createInventory, type Inventory } from '../fixtures/inventory.ts';

const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const none = { high: 0, medium: 0, low: 0 };
let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

function finding(resourceId: string, severity: string, from: number, to: number | null, stale = 0): void {
  inventory.database
    .prepare(
      `INSERT INTO finding (rule, resource_id, principal_id, valid_from, valid_to, severity, message, remediation, first_seen, stale)
       VALUES ('privilegedIdentity', ?, 'p', ?, ?, ?, 'm', 'r', '2026-11-01T00:00:00.000Z', ?)`,
    )
    .run(resourceId, from, to, severity, stale);
}

const appeared = () => [1, 2, 3].map((seq) => appearedInRun(inventory.open(), seq));

test('a blind spot is new in the first run that has it only', () => {
  inventory.run();
  inventory.blindSpot(one);
  inventory.run();
  inventory.run();
  inventory.blindSpot(two);

  const counts = appeared().map(({ blindSpots }) => blindSpots);

  expect(counts).toEqual([1, 0, 1]);
});

test('findings are counted by severity in the run they began with', () => {
  for (let run = 0; run < 3; run++) inventory.run();
  finding('/vm/a', 'high', 1, null);
  finding('/vm/b', 'high', 2, null);
  finding('/vm/c', 'low', 2, 3);

  const counts = appeared().map(({ findings }) => findings);

  expect(counts).toEqual([{ ...none, high: 1 }, { high: 1, medium: 0, low: 1 }, none]);
});

test('a finding is new when it becomes more severe or comes back, not when it becomes stale', () => {
  for (let run = 0; run < 3; run++) inventory.run();
  finding('/vm/stale', 'high', 1, 2);
  finding('/VM/stale', 'high', 2, null, 1);
  finding('/vm/worse', 'medium', 1, 2);
  finding('/vm/worse', 'high', 2, null);
  finding('/vm/back', 'high', 1, 2);
  finding('/vm/back', 'high', 3, null);

  const counts = appeared().map(({ findings }) => findings);

  expect(counts).toEqual([
    { ...none, high: 2, medium: 1 },
    { ...none, high: 1 },
    { ...none, high: 1 },
  ]);
});
