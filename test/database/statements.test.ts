import { expect, test, vi } from 'vitest';
import { type Database, openForWriting } from '../../lib/database/database.ts';
import { forgetSubscription } from '../../lib/database/merge/forget-subscription.ts';
import { getRun } from '../../lib/database/queries/runs.ts';
import {
  dayOf,
  guid,
  having,
  machine,
  mergeRun,
  type RunReading,
  type SubscriptionReading,
  userAssigned,
} from '../support/readings.ts';
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
  const shared = userAssigned('shared');
  const attached = machine('a', { identity: having(shared) });
  const kinds = ['virtualMachines', 'powerStates', 'identities', 'roleAssignments'] as const;
  const blindSpot = { subscriptionId: one, displayName: 'One', source: 'previousRun', grantCommand: 'az …' } as const;
  const read = (day: number, reading: SubscriptionReading | null, more: Partial<RunReading> = {}) =>
    mergeRun(database, {
      ...more,
      day,
      subscriptions: reading === null ? {} : { [one]: reading },
      plan: { kinds, ...more.plan },
    });
  using inventory = createInventory();
  const { runId } = inventory.run();
  const queries = statementsOf(inventory.database, () => getRun(inventory.database, runId));

  const statements = statementsOf(database, () => {
    read(1, { machines: [attached], identities: [shared] });
    read(2, { machines: [machine('a')], identities: [] }, { plan: { outOfScope: [two], clientIds: true } });
    read(3, { tenantId: guid(8) });
    read(8, null, { plan: { blindSpots: [blindSpot] } });
    read(9, null, { plan: { blindSpots: [blindSpot] }, retentionDays: 1 });
    const thresholds = { idleDays: 30, sharedIdentityLimit: 10 };
    const request = { subscriptionId: one, reason: 'sold', runId: 'forget', startedAt: dayOf(10), thresholds };
    forgetSubscription(database, request);
  });

  await expect(asFile([...statements.difference(queries)].map(layOutSql))).toMatchFileSnapshot(
    './statements/merge.sql',
  );
});
