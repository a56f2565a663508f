import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { tables } from '../../lib/database/schema.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { createDatabaseReader } from '../../lib/published/database-reader.ts';
import { publishedSource, type SourceLimits } from '../../lib/sources/source.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy } from '../support/blob-proxy.ts';
import { allCases, casesOf } from '../support/cases.ts';
import { publishFile, publishReading, publishWith } from '../support/deployments.ts';
import { guid, guidOf, machine, type SubscriptionReading } from '../support/readings.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const [own, other] = [guid(1), guid(2)];
const inOther = (name: string) => {
  const identity = {
    type: 'SystemAssigned',
    principalId: guidOf(name),
    tenantId: guid(9),
    userAssignedIdentities: {},
  } as const;
  return machine(name, { subscriptionId: other, identity });
};
const azurite = await newAzuriteAccount();
let proxy: BlobProxy;
let folder: string;
let here: TestStore;
let there: TestStore;
/** The other deployment's database. */
let file: string;

/** This deployment knows machine b of the other one, which has machines b and c since. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'distrusted-'));
  [here, there] = [newStore(azurite.connectionString), newStore(azurite.connectionString)];
  proxy = await startBlobProxy(azurite.origin);
  file = join(folder, 'there.sqlite');
  await publishReading(there.store, file, { day: 18, subscriptions: { [other]: { machines: [inOther('b')] } } });
  await runHere(19);
  const machines = [inOther('b'), inOther('c')];
  await publishReading(there.store, file, { day: 20, subscriptions: { [other]: { machines } } });
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

function runHere(
  day: number,
  more: Readonly<Record<string, SubscriptionReading>> = {},
  limits?: SourceLimits,
): Promise<Run> {
  const store = newStore(azurite.connectionStringVia(proxy.origin), there.name).store;
  const sources = [publishedSource(store, there.name, limits)];
  const subscriptions = { [own]: { machines: [machine('a')] }, ...more };
  return publishWith(here.store, folder, { day, subscriptions }, { sources });
}

async function state() {
  const reader = createDatabaseReader(here.store, join(folder, 'reader'), neverWarned);
  const { database } = await reader.current(never);
  const asOf = resolveAsOf(database, null);
  const machines = [...iterateVirtualMachines(database, asOf, {})];
  const found = {
    names: machines.map(({ name, stale }) => (stale ? `${name} (stale)` : name)).toSorted(),
    machines,
    row: readLedger(database, asOf).coverage.find(({ subscriptionId }) => subscriptionId === other),
    left: await readdir(join(folder, 'work')),
  };
  await reader.close();
  return found;
}

/** Expects that nothing was taken in, nothing ended, and the ledger says why. */
async function expectRefused(run: Run, why: string): Promise<void> {
  const { names, row, left } = await state();
  expect(run).toMatchObject({ complete: false, changes: {}, coverage: { complete: 1, failed: 1 } });
  expect(names).toEqual(['a', 'b (stale)']);
  expect(row).toMatchObject({ status: 'failed', source: there.name, reason: { code: 'SourceUnreadable' } });
  expect(row?.reason?.message).toContain(why);
  expect(row?.reason?.hint).toEqual(expect.any(String));
  expect(left).toEqual([]);
}

/** Changes the other deployment's file without any check, and publishes it. */
async function tamper(sql: string): Promise<void> {
  const database = new DatabaseSync(file, { defensive: false, enableForeignKeyConstraints: false });
  database.exec(`PRAGMA writable_schema = ON; ${sql}`);
  database.close();
  await publishFile(there.store, file);
}

async function damageNewest(): Promise<void> {
  const name = (await there.store.latest.read(never))?.latest.database ?? '';
  await there.container.getBlockBlobClient(name).upload('damaged', 7);
}

test('If the newest database of a source is damaged, the previous one is shown, and nothing of it counts as complete', async () => {
  await publishReading(there.store, file, { day: 21, subscriptions: { [other]: { machines: [inOther('c')] } } });
  await publishFile(there.store, file, { previous: (await there.store.latest.read(never))?.latest ?? null });
  await damageNewest();

  const run = await runHere(22);

  const { names, row } = await state();
  expect(run).toMatchObject({ complete: false, coverage: { complete: 1, partial: 1 } });
  expect(names).toEqual(['a', 'b (stale)', 'c']);
  expect(row).toMatchObject({ status: 'partial', source: there.name, reason: { code: 'SourceDamaged' } });
  expect(row?.reason?.hint).toContain('az storage blob undelete');
});

test('A source that claims more bytes than there is room for is not downloaded', async () => {
  const before = await there.store.latest.read(never);
  if (before === null) throw new Error('nothing is published');
  await there.store.latest.move({ ...before.latest, sizeBytes: 1e15 }, before.etag, never);
  const asked = proxy.requests.length;

  const run = await runHere(21);

  await expectRefused(run, 'DatabaseTooLarge');
  expect(proxy.requests.slice(asked).filter((line) => line.includes('/databases/'))).toEqual([]);
});

test('A source that sends more bytes than it claims is cut off', async () => {
  const { database = '' } = (await there.store.latest.read(never))?.latest ?? {};
  const bytes = zstdCompressSync(Buffer.alloc(256 * 1024 * 1024));
  await there.container.getBlockBlobClient(database).upload(bytes, bytes.length);

  const run = await runHere(21);

  await expectRefused(run, 'it is longer than published');
});

test('An endless latest.json is cut off', async () => {
  const long = Buffer.alloc(2 * 1024 * 1024, ' ');
  await there.container.getBlockBlobClient('latest.json').upload(long, long.length);

  const run = await runHere(21);

  await expectRefused(run, 'its length is wrong');
});

const endless =
  'CREATE VIEW machine_id AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS machine FROM n';

/** A federated credential of the first identity, up to its audiences. */
const credential = `INSERT INTO federated_credential (identity, name, valid_from, issuer, subject, audiences, began_at)
  VALUES (1, 'n', 1, 'i', 's',`;

/** Builds a table again with another definition, as a file from elsewhere may have it. */
function rebuilt(table: string, part: string, other: string): string {
  const plain = tables.replaceAll(/ *--[^\n]*/g, '');
  const [definition = ''] = plain.match(new RegExp(`CREATE TABLE ${table} \\([^;]*;`)) ?? [];
  const indexes = plain.match(new RegExp(`CREATE (?:UNIQUE )?INDEX \\w+ ON ${table} [^;]*;`, 'g')) ?? [];
  const changed = definition.replace(part, other);
  if (!changed.includes(other)) throw new Error(`${table} has no ${part}`);
  return `ALTER TABLE ${table} RENAME TO old; ${changed} INSERT INTO ${table} SELECT * FROM old; DROP TABLE old; ${indexes.join(' ')}`;
}

test.each(
  casesOf<[string, string, string]>(12, [
    ['a view that never ends', `DROP VIEW machine_id; ${endless}`, 'machine_id differs from what a run makes'],
    [
      'a view in the place of a table',
      'ALTER TABLE role_definition RENAME TO r; CREATE VIEW role_definition AS SELECT * FROM r',
      'differs from what a run makes',
    ],
    [
      'a column that is computed',
      'ALTER TABLE run ADD COLUMN bomb TEXT AS (hex(zeroblob(9)))',
      'run differs from what a run makes',
    ],
    [
      'a machine of a subscription that it is not about',
      `UPDATE machine SET resource_id = '/subscriptions/${own}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/a'`,
      `is not in subscription ${other}`,
    ],
    ['tags that are none', 'UPDATE machine_version SET tags = \'{"a":{"b":1}}\'', 'SourceMalformed'],
    ['times that are none', 'UPDATE coverage SET read_at = 9e18', 'SourceMalformed'],
    ['tags that are a list', 'UPDATE machine_version SET tags = \'["a"]\'', 'SourceMalformed'],
    [
      'a tag __proto__ that is no text',
      'UPDATE machine_version SET tags = \'{"__proto__":{"a":"b"}}\'',
      'SourceMalformed',
    ],
    [
      'a tag constructor that is no text',
      'UPDATE machine_version SET tags = \'{"constructor":[]}\'',
      'SourceMalformed',
    ],
    ['audiences that are an object', `${credential} '{"a":"b"}', 1)`, 'SourceMalformed'],
    ['audiences that are no texts', `${credential} '[{"a":"b"}]', 1)`, 'SourceMalformed'],
    ['audiences that are no JSON', `${credential} 'x', 1)`, 'SourceMalformed'],
    ['a tenant id that is no GUID', "UPDATE subscription SET tenant_id = 'x'", 'SourceMalformed'],
    [
      'the tenant of an identity that is no GUID',
      "UPDATE text SET value = 'x' WHERE id = (SELECT identity_tenant FROM machine_version)",
      'SourceMalformed',
    ],
    ['a principal id that is no GUID', "UPDATE identity SET principal_id = '$(touch x)'", 'SourceMalformed'],
    [
      'a subscription id in upper case',
      "UPDATE subscription_key SET subscription_id = upper(subscription_id || 'x')",
      'SourceMalformed',
    ],
    [
      'a long text that any number of machines share',
      'UPDATE text SET value = hex(zeroblob(1e6)) WHERE id = (SELECT priority FROM machine_version)',
      'SourceMalformed',
    ],
    ['a long name of a resource group', 'UPDATE resource_group SET name = hex(zeroblob(3000))', 'SourceMalformed'],
    [
      'one machine with a thousand attachments of one identity',
      `INSERT INTO attachment (machine, identity, valid_from, position) WITH RECURSIVE
      n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) SELECT 1, 1, 1000 + i, i FROM n`,
      'SourceMalformed',
    ],
    [
      'a thousand federated credentials of one identity',
      `INSERT INTO federated_credential (identity, name, valid_from, issuer, subject, audiences, began_at) WITH RECURSIVE
      n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) SELECT 1, i, 1, 'i', 's', '[]', 1 FROM n`,
      'SourceMalformed',
    ],
    [
      'more subscriptions than any deployment reads',
      `INSERT INTO subscription_key (subscription_id) WITH RECURSIVE
      n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001) SELECT 's' || i FROM n`,
      'SourceMalformed',
    ],
    ['a zone that breaks the JSON of changes', `UPDATE machine_version SET zones = '1","x'`, 'SourceMalformed'],
    ['a zone with a backslash', String.raw`UPDATE machine_version SET zones = '1\'`, 'SourceMalformed'],
    ['endless zones', "UPDATE machine_version SET zones = replace(hex(zeroblob(1e5)), '0', ';')", 'SourceMalformed'],
    [
      'endless tags',
      `UPDATE machine_version SET tags = (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      SELECT json_group_object('t' || i, '') FROM n)`,
      'SourceMalformed',
    ],
    [
      'a value that fills the memory',
      `UPDATE machine_version SET tags = json_object('a', hex(zeroblob(5e6)))`,
      'SourceMalformed',
    ],
    ['a machine of an unknown type', 'UPDATE machine SET type = 9', 'SourceMalformed'],
    ['a name with a slash', "UPDATE machine SET name = name || '/b'", `is not in subscription ${other}`],
    ['a reason that is no object', `UPDATE coverage SET reason = '"x"'`, 'SourceMalformed'],
    ['a count below zero', 'UPDATE coverage SET count = -1', 'SourceMalformed'],
    ['a status that is none', "UPDATE coverage SET status = 'perfect'", 'SourceMalformed'],
    ['times after the year 9999', 'UPDATE coverage SET read_at = 8e15', 'SourceMalformed'],
    [
      'a blind spot that is no GUID',
      "INSERT INTO blind_spot VALUES ('$(touch x)', 1, NULL, NULL, 'configured', '', 'touch x')",
      'SourceMalformed',
    ],
    ['no index', 'DROP INDEX machine_key', 'machine_key differs from what a run makes'],
    ['another index', 'CREATE INDEX more ON coverage (count)', 'more differs from what a run makes'],
    [
      'a partial index in the place of one',
      'DROP INDEX attachment_identity; CREATE INDEX attachment_identity ON attachment (identity) WHERE identity < 0',
      'attachment_identity differs',
    ],
    ['statistics that mislead queries', 'ANALYZE', 'sqlite_stat1 differs'],
    [
      'a table with another primary key',
      rebuilt('unseen', 'PRIMARY KEY (machine, valid_from)', 'PRIMARY KEY (valid_from, machine)'),
      'unseen differs',
    ],
    [
      'a table without a primary key',
      rebuilt('coverage', 'PRIMARY KEY (subscription, kind, from_seq)\n) STRICT, WITHOUT ROWID', 'CHECK (1)) STRICT'),
      'coverage differs',
    ],
    [
      'a hundred thousand identities on one machine',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
     INSERT INTO attachment (machine, identity, valid_from, position) SELECT 1, i + 100, 1, i FROM n`,
      'more than 10000 rows of attachment for one resource',
    ],
    [
      'a definition of half a million commas',
      `ALTER TABLE unseen RENAME TO old; CREATE TABLE unseen (a TEXT DEFAULT '${','.repeat(500_000)}')`,
      'unseen differs from what a run makes',
    ],
    [
      'a column that compares otherwise',
      rebuilt('finding', 'resource_id TEXT NOT NULL COLLATE NOCASE', 'resource_id TEXT NOT NULL'),
      'finding differs',
    ],
  ]),
)('A source whose database has %s is not taken in', async (_what, sql, why) => {
  await tamper(sql);

  const run = await runHere(21);

  await expectRefused(run, why);
});

test('Tags may have the names of what every object has', async () => {
  const tags = '{"__proto__":"a","constructor":"b","toString":"c"}';
  await tamper(`UPDATE machine_version SET tags = '${tags}'`);

  const run = await runHere(21);

  const shown = (await state()).machines.find(({ name }) => name === 'c');
  expect(run).toMatchObject({ complete: true, virtualMachineCount: 3 });
  expect(JSON.stringify(shown?.tags)).toBe(tags);
});

test.each(
  casesOf(3, [
    'databases/../../other/x.sqlite.zst',
    'databases/%2e%2e/x',
    'reports/x',
    'databases/a/b',
    'databases/',
    'databases/..',
    'databases/$(touch x)',
  ]),
)('A latest.json that names %s, as the newest or the previous database, is not followed', async (name) => {
  const found = await there.store.latest.read(never);
  if (found === null) throw new Error('nothing is published');
  const asked = proxy.requests.length;
  for (const latest of [
    { ...found.latest, database: name },
    { ...found.latest, previous: { database: name, sha256: found.latest.sha256 } },
    { ...found.latest, previous: { database: found.latest.database, sha256: '../x' } },
  ]) {
    const text = JSON.stringify(latest);
    await there.container.getBlockBlobClient('latest.json').upload(text, text.length);

    await expectRefused(await runHere(21 + proxy.requests.length - asked), 'StoredJsonUnreadable');
  }
  expect(proxy.requests.slice(asked).filter((line) => !line.includes('/latest.json'))).toEqual([]);
});

test('A source that is too slow to read has failed, and the run goes on', async () => {
  const run = await runHere(21, {}, { pointerMs: 30_000, databaseMs: 30_000, readMs: 0 });

  await expectRefused(run, 'TimedOut');
});

test.runIf(allCases)('A source of 100,000 machines without a key does not hold up the run', async () => {
  const machines = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)`;
  const columns = 'identity_type, fingerprint, location, priority, valid_from';
  const open = rebuilt(
    'machine_version',
    'PRIMARY KEY (machine, valid_from)\n) STRICT, WITHOUT ROWID',
    'CHECK (1)) STRICT',
  );
  await tamper(`INSERT INTO machine (subscription, resource_group, type, name, first_seen)
      ${machines} SELECT m.subscription, m.resource_group, 0, 'm' || i, m.first_seen FROM n, machine m WHERE m.id = 1;
    INSERT INTO machine_version (machine, ${columns}) SELECT m.id, ${columns.replaceAll(/(\w+)/g, 'v.$1')}
      FROM machine m, machine_version v WHERE v.machine = 1 AND m.name GLOB 'm*'; ${open}`);

  await expectRefused(await runHere(21), 'machine_version differs from what a run makes');
});

test('Triggers and views that a source has added to its database are not executed', async () => {
  await tamper(`CREATE VIEW theirs AS SELECT load_extension('x');
    CREATE TRIGGER theirs_too AFTER INSERT ON run BEGIN SELECT load_extension('x'); END`);

  const run = await runHere(21);

  expect(run).toMatchObject({ complete: true, virtualMachineCount: 3 });
});

test('A reading from the future never wins, not even by minutes', async () => {
  const readAt = new Date(Date.now() + 20 * 60_000).toISOString();
  await publishReading(there.store, file, { day: 21, subscriptions: { [other]: { machines: [], readAt } } });

  const run = await runHere(22);

  expect(run).toMatchObject({ complete: false, changes: {} });
  expect((await state()).row?.reason).toMatchObject({ code: 'SourceClockAhead' });
});

test('A source whose clock is ahead is not believed: it would win against every reading until then', async () => {
  const subscriptions = { [other]: { machines: [inOther('x')], readAt: '2999-01-01T00:00:00.000Z' } };
  await publishReading(there.store, file, { day: 21, subscriptions });

  const alone = await runHere(21);
  const { row } = await state();
  const both = await runHere(22, { [other]: { machines: [inOther('b')] } });

  expect(alone).toMatchObject({ complete: false, changes: {}, coverage: { failed: 1 } });
  expect(row?.reason).toMatchObject({ code: 'SourceClockAhead' });
  expect(both).toMatchObject({ complete: true });
  expect((await state()).row).toMatchObject({ source: null, status: 'complete' });
});

test.each(['latest.json', '/databases/'])(
  'A source that never answers when asked for %s delays no run',
  async (part) => {
    proxy.treat = (line) => (line.includes(there.name) && line.includes(part) ? new Promise(() => undefined) : 'pass');

    const run = await runHere(21, {}, { pointerMs: 400, databaseMs: 400, readMs: 400 });

    await expectRefused(run, 'TimedOut');
  },
);
