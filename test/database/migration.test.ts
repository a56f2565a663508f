import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openForReading, openForWriting } from '../../lib/database/database.ts';
import { schemaVersion } from '../../lib/database/migrations.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { getVirtualMachine } from '../../lib/database/queries/machines/virtual-machines.ts';
import { dayOf, guid, machine, mergeRun, userAssigned } from '../support/readings.ts';

const version1 = readFileSync(new URL('./fixtures/version-1.sql', import.meta.url), 'utf8');
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
  path = join(folder, 'inventory.sqlite');
  const old = new DatabaseSync(path);
  old.exec(version1);
  old.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

function withMigrated<T>(use: (database: Database) => T): T {
  const database = openForWriting(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Columns of every table, and the text of every index and view. */
function schemaOf(database: Database) {
  const objects = database
    .prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name')
    .all();
  return objects.map(({ type, name, sql }) => ({
    name,
    is: type === 'table' ? database.prepare(`PRAGMA table_xinfo(${name})`).all() : sql,
  }));
}

test('a file of version 1 is refused for reading, and the hint says what to do', () => {
  expect(() => openForReading(path)).toThrow(
    expect.objectContaining({ code: 'OlderDatabase', hint: expect.stringContaining('collect') }),
  );
});

test('a migrated file of version 1 has the schema of a new one', () => {
  const fresh = openForWriting(':memory:');

  const [migrated, version] = withMigrated((database) => [
    schemaOf(database),
    database.prepare('PRAGMA user_version').get()?.user_version,
  ]);

  expect(migrated).toEqual(schemaOf(fresh));
  expect(version).toBe(schemaVersion);
  fresh.close();
  openForReading(path).close();
});

test('the content of version 1 stays available', () => {
  withMigrated((database) => {
    const at = (time: string | null, name: string) =>
      getVirtualMachine(database, resolveAsOf(database, time), machine(name).id);
    expect(at(null, 'a')).toMatchObject({
      firstSeen: dayOf(1),
      principalIds: ['principal-of-a', 'principal-of-shared'],
    });
    expect(at(dayOf(1), 'b')?.vmSize).toBe('Standard_D2s_v5');
    expect(at(null, 'b')?.vmSize).toBe('Standard_D4s_v5');
    expect(at(null, 'c')?.deletedAt).toBe(dayOf(2));
  });
});

test('the next run is compared with the content of version 1, and its new kinds are baselines', () => {
  withMigrated((database) => {
    const before = database.prepare('SELECT count(*) AS n FROM machine_version').get()?.n;
    const shared = userAssigned('shared', {
      id: `/subscriptions/${guid(2)}/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shared`,
    });
    const a = machine('a', {
      identity: {
        ...machine('a').identity,
        type: 'SystemAssigned, UserAssigned',
        userAssignedIdentities: { [shared.id]: { principalId: shared.principalId, clientId: shared.clientId } },
      },
    });
    const b = machine('b', { vmSize: 'Standard_D4s_v5', tags: { env: 'prod' } });
    const asked: string[] = [];

    const run = mergeRun(database, {
      day: 3,
      plan: { kinds: ['virtualMachines', 'powerStates', 'identities'] },
      subscriptions: { [guid(1)]: { machines: [a, b] }, [guid(2)]: { identities: [] } },
      verifyIdentity(id) {
        asked.push(id);
        return { outcome: 'absent' };
      },
    });

    expect(run.changes).toEqual({ subscriptionAppeared: 1 });
    expect(database.prepare('SELECT count(*) AS n FROM machine_version').get()?.n).toBe(before);
    expect(asked).toEqual([shared.id]);
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  });
});

test('a machine, its group and its identity keep their history in any letter case, with letters outside ASCII', () => {
  const older = new DatabaseSync(path);
  older.exec(`UPDATE machine SET name = 'Vmå' WHERE name = 'a';
    UPDATE resource_group SET key = 'οδος-ø', name = 'Οδος-Ø';
    UPDATE identity SET resource_id = replace(resource_id, 'shared', 'Ærlig') WHERE resource_id IS NOT NULL`);
  older.close();
  withMigrated((database) => {
    const identityId = userAssigned('ÆRLIG', { subscriptionId: guid(2) }).id.replace('/rg/', '/IDS/');
    const resourceGroup = 'ΟΔΟΣ-Ø';
    const a = machine('VMÅ', {
      resourceGroup,
      vmId: 'vm-of-a',
      identity: {
        type: 'SystemAssigned, UserAssigned',
        principalId: 'principal-of-a',
        tenantId: guid(9),
        userAssignedIdentities: { [identityId]: { principalId: 'principal-of-shared', clientId: 'client-of-shared' } },
      },
    });
    const b = machine('b', { resourceGroup, vmSize: 'Standard_D4s_v5', tags: { env: 'prod' } });

    const run = mergeRun(database, { day: 3, subscriptions: { [guid(1)]: { machines: [a, b] } } });

    expect(run.changes).toEqual({});
    const asOf = resolveAsOf(database, null);
    const renamed = machine('vmÅ', { resourceGroup: 'οδοσ-ø' }).id;
    expect(getVirtualMachine(database, asOf, renamed)?.firstSeen).toBe(dayOf(1));
    expect(database.prepare('SELECT count(*) AS n FROM identity WHERE kind = 2').get()).toEqual({ n: 1 });
  });
});
