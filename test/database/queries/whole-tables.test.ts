import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { readLedger } from '../../../lib/database/queries/coverage/ledger.ts';
import { reportSource } from '../../../lib/database/queries/report-source.ts';
import { getRun, listRuns, listRunsBefore } from '../../../lib/database/queries/runs.ts';
import type { AsOf } from '../../../lib/inventory/query.ts';
import { createInventory, type Inventory, runIdOf } from '../fixtures/inventory.ts';

let inventory: Inventory;
let database: Database;
let newest: AsOf;
/** The statements that scanned a whole table. */
let scans: () => readonly string[];
beforeEach(() => {
  inventory = createInventory();
  const watched: { readonly scan: string; readonly runs: () => number }[] = [];
  scans = () => watched.flatMap(({ scan, runs }) => Array<string>(runs()).fill(scan));
  for (let run = 1; run <= 3; run++) {
    newest = inventory.run();
    if (run === 1) inventory.subscription('sub-1');
    inventory.read('sub-1');
    inventory.machine({ name: `vm-${run}`, subscription: 'sub-1' });
  }
  database = inventory.open();
  const prepare = database.prepare.bind(database);
  vi.spyOn(database, 'prepare').mockImplementation((sql) => {
    const statement = prepare(sql);
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    const whole = plan.find(({ detail }) => /^SCAN (coverage|c|machine|m|v)\b/.test(String(detail)));
    if (whole !== undefined) {
      const uses = [vi.spyOn(statement, 'get'), vi.spyOn(statement, 'all')];
      const runs = () => uses.reduce((sum, { mock }) => sum + mock.calls.length, 0);
      watched.push({ scan: String(whole.detail), runs });
    }
    return statement;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  inventory[Symbol.dispose]();
});

test('only the first page of runs reads all of coverage; a single run does not', () => {
  const alone = [getRun(database, newest.runId), getRun(database, runIdOf(1)), getRun(database, 'none')];
  expect(scans()).toEqual([]);

  const pages = [listRunsBefore(database, null, 2), listRunsBefore(database, runIdOf(2), 2)];

  expect(scans()).toEqual(['SCAN coverage']);
  expect(pages.map((page) => page.map(({ id }) => id))).toEqual([[newest.runId, runIdOf(2)], [runIdOf(1)]]);
  expect([...pages.flat(), ...alone].map((run) => run?.progress.requests)).toEqual([2, 2, 2, 2, 2, undefined]);
});

test('requests of a run that is merged while the database is open are counted', () => {
  const before = listRuns(inventory.database).map(({ progress }) => progress.requests);
  inventory.run();
  inventory.read('sub-1');
  const after = listRuns(inventory.database).map(({ progress }) => progress.requests);
  expect([before, after]).toEqual([
    [2, 2, 2],
    [2, 2, 2, 2],
  ]);
});

test('machines are counted once for all pages of the ledger', () => {
  const ledgers = [readLedger(database, newest), readLedger(database, newest)];

  expect(scans()).toHaveLength(1);
  expect(ledgers[1]).toBe(ledgers[0]);
  expect(ledgers[0]?.coverage).toMatchObject([{ virtualMachineCount: 3 }]);
});

test('a report counts machines only when it shows the ledger', () => {
  const source = reportSource(database, {
    report: { name: 'virtualMachines', filter: {} },
    range: { from: null, to: newest },
    accepted: { findings: [], now: 0 },
    whole: false,
    damaged: false,
  });
  const rows = [...source.virtualMachines()];
  const withoutLedger = scans().length;
  const { coverage, blindSpots, reason } = source;

  expect([rows.length, withoutLedger, scans().length]).toEqual([3, 0, 1]);
  expect(coverage).toMatchObject([{ subscriptionId: 'sub-1' }]);
  expect([blindSpots, reason]).toEqual([[], null]);
});
