import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openForReading, openForWriting } from '../../lib/database/database.ts';
import { schemaVersion } from '../../lib/database/migrations.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { getVirtualMachine } from '../../lib/database/queries/machines/virtual-machines.ts';
import { iteratePrincipals } from '../../lib/database/queries/principals/principals.ts';
import { dayOf, federatedCredential, guid, having, machine, mergeRun, userAssigned } from '../support/readings.ts';

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

/** Makes a file of version 3 of one that has letters outside ASCII in other cases: what came later goes. */
function backToVersion3(change: string): void {
  withMigrated(() => undefined);
  const database = new DatabaseSync(path);
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").all()) {
    database.exec(`DROP VIEW ${name}`);
  }
  database.exec('DROP TABLE change_author; ALTER TABLE run DROP COLUMN authors');
  database.exec(change);
  for (const index of ['machine_key', 'identity_resource', 'role_assignment_resource']) {
    database.exec(`DROP INDEX ${index}`);
  }
  database.exec(`ALTER TABLE machine DROP COLUMN name_key;
    ALTER TABLE identity DROP COLUMN resource_key; ALTER TABLE identity DROP COLUMN shown_id;
    ALTER TABLE federated_credential DROP COLUMN name_key; ALTER TABLE role_assignment DROP COLUMN resource_key;
    CREATE INDEX machine_key ON machine (subscription, resource_group, type, name);
    CREATE INDEX identity_resource ON identity (resource_id) WHERE resource_id IS NOT NULL;
    PRAGMA user_version = 3`);
  database.close();
}

test('an identity that version 3 kept once for each spelling is one, with its present credentials only', () => {
  const listed = userAssigned('Ærlig');
  const kinds = ['virtualMachines', 'powerStates', 'identities'] as const;
  const runOn = (day: number, identity: typeof listed, credentials: readonly string[]) =>
    withMigrated((database) =>
      mergeRun(database, {
        day,
        plan: { kinds },
        subscriptions: {
          [guid(1)]: { machines: [machine('m', { identity: having(identity) })], identities: [identity] },
        },
        federatedCredentials: () => ({
          outcome: 'present',
          reading: credentials.map((name) => federatedCredential(name)),
        }),
      }),
    );
  runOn(3, listed, ['old']);
  // Version 3 read the machine and the list of a second run with the id in upper case.
  const upper = { ...listed, id: listed.id.replace('Ærlig', 'ÆRLIG') };
  backToVersion3(`
    INSERT INTO run SELECT 4, 'r4', trigger, scope, '${dayOf(4)}', '${dayOf(4)}', status, complete, reason, virtual_machine_count,
      principal_count, coverage, changes, visible_subscriptions, blind_spots_known FROM run WHERE seq = 3;
    INSERT INTO identity (id, kind, resource_id, principal_id, client_id, tenant, subscription, federated_read_at)
      SELECT 99, kind, '${upper.id}', principal_id, client_id, tenant, subscription, ${Date.parse(dayOf(4))}
      FROM identity WHERE resource_id = '${listed.id}';
    UPDATE attachment SET valid_to = 4, ended_at = ${Date.parse(dayOf(4))}
      WHERE identity = (SELECT id FROM identity WHERE resource_id = '${listed.id}');
    INSERT INTO attachment (machine, identity, valid_from, position, began_at)
      SELECT machine, 99, 4, position, ${Date.parse(dayOf(4))} FROM attachment WHERE valid_to = 4;
    INSERT INTO identity_presence (identity, valid_from, present, began_at) VALUES (99, 4, 1, ${Date.parse(dayOf(4))});
    INSERT INTO federated_credential (identity, name, valid_from, issuer, subject, audiences, began_at)
      SELECT 99, 'new', 4, issuer, replace(subject, 'old', 'new'), audiences, ${Date.parse(dayOf(4))} FROM federated_credential`);

  const run = runOn(5, listed, ['new', 'newest']);

  expect(run.changes).toEqual({ federatedCredentialAdded: 1 });
  withMigrated((database) => {
    const shown = (day: number) =>
      [...iteratePrincipals(database, resolveAsOf(database, dayOf(day)), {})].find(
        ({ principalId }) => principalId === listed.principalId,
      );
    expect(shown(5)?.federatedCredentials.map(({ name }) => name)).toEqual(['new', 'newest']);
    expect(shown(3)?.federatedCredentials.map(({ name }) => name)).toEqual(['old']);
    expect(shown(5)).toMatchObject({ state: 'attached' });
    expect(shown(5)?.virtualMachines.filter(({ detachedAt }) => detachedAt === null)).toHaveLength(1);
    expect(database.prepare(`SELECT id FROM identity WHERE resource_key = fold('${listed.id}')`).all()).toHaveLength(1);
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  });
});
