import { expect, test, vi } from 'vitest';
import { type Database, openForWriting } from '../../lib/database/database.ts';
import { forgetSubscription } from '../../lib/database/merge/forget.ts';
import { getRun } from '../../lib/database/queries/runs.ts';
import { dayOf, guid, machine, mergeRun, type RunReading } from '../support/readings.ts';
import { createInventory } from './fixtures/inventory.ts';
import { layOutSql } from './fixtures/lay-out-sql.ts';

/** The statements that are prepared meanwhile, each once, in the order of their first use. */
function statementsOf(database: Database, use: () => void): Set<string> {
  const prepare = vi.spyOn(database, 'prepare');
  use();
  const statements = new Set(prepare.mock.calls.map(([sql]) => sql.trim()));
  prepare.mockRestore();
  return statements;
}

const asFile = (statements: Iterable<string>): string => [...statements].map((sql) => `${sql};\n`).join('\n');

// The exact text: a hub refuses the database of a source whose views differ (lib/sources/open-source.ts).
test('every view, as it is stored', async () => {
  using database = openForWriting(':memory:');
  const views = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view'").all();
  await expect(asFile(views.map(({ sql }) => String(sql)))).toMatchFileSnapshot('./statements/views.sql');
});

test('every statement of a merge and its findings', async () => {
  using database = openForWriting(':memory:');
  const [one, two] = [guid(1), guid(2)];
  const read = (day: number, size: string, more: Partial<RunReading> = {}) =>
    mergeRun(database, { day, subscriptions: { [one]: { machines: [machine('a', { vmSize: size })] } }, ...more });
  using inventory = createInventory();
  const { runId } = inventory.run();
  const queries = statementsOf(inventory.database, () => getRun(inventory.database, runId));

  const statements = statementsOf(database, () => {
    read(1, 'small');
    read(2, 'large', { plan: { outOfScope: [two], clientIds: true } });
    read(3, 'large', { subscriptions: { [one]: { machines: [], tenantId: guid(8) } } });
    const blindSpot = { displayName: 'One', source: 'previousRun', grantCommand: 'az …' } as const;
    read(4, 'large', {
      subscriptions: {},
      plan: { blindSpots: [{ subscriptionId: one, ...blindSpot }] },
      retentionDays: 1,
    });
    const thresholds = { idleDays: 30, sharedIdentityLimit: 10 };
    const request = { subscriptionId: one, reason: 'sold', runId: 'forget', startedAt: dayOf(5), thresholds };
    forgetSubscription(database, request);
  });

  await expect(asFile([...statements.difference(queries)].map(layOutSql))).toMatchFileSnapshot(
    './statements/merge.sql',
  );
});
