import type { DatabaseSync } from 'node:sqlite';
import { addMachineColumns } from './machine-fields.ts';
import { views } from './schema.ts';
import { changeAuthorTables } from './tables/change-authors.ts';
import { findingTables } from './tables/findings.ts';
import { identityListingTables } from './tables/identity-listings.ts';
import { keyColumns } from './tables/keys.ts';
import { roleTables } from './tables/roles.ts';

/** The ID in `/subscriptions/ID/…`. */
const subscriptionOf = "lower(substr(resource_id, 16, instr(substr(resource_id, 16), '/') - 1))";
const namesSubscription = "resource_id LIKE '/subscriptions/%/%'";

/** Adds machines of every kind, user-assigned identities with their access, and findings. */
const toVersion2 = `
${addMachineColumns(2)}
ALTER TABLE machine_version ADD COLUMN end_not_before INTEGER;
ALTER TABLE attachment ADD COLUMN not_before INTEGER;
ALTER TABLE attachment ADD COLUMN end_not_before INTEGER;
ALTER TABLE identity ADD COLUMN subscription INTEGER REFERENCES subscription_key;
ALTER TABLE identity ADD COLUMN federated_read_at INTEGER;
INSERT OR IGNORE INTO subscription_key (subscription_id) SELECT ${subscriptionOf} FROM identity WHERE ${namesSubscription};
UPDATE identity SET subscription = (SELECT k.id FROM subscription_key k WHERE k.subscription_id = ${subscriptionOf})
  WHERE ${namesSubscription};
CREATE INDEX identity_subscription ON identity (subscription) WHERE subscription IS NOT NULL;
CREATE INDEX subscription_changed ON subscription (valid_from) WHERE change IS NOT NULL;
CREATE INDEX machine_version_began ON machine_version (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX machine_version_ended ON machine_version (valid_to) WHERE end_change IS NOT NULL;
CREATE INDEX attachment_began ON attachment (valid_from) WHERE begin_change IS NOT NULL;
CREATE INDEX attachment_ended ON attachment (valid_to) WHERE end_change IS NOT NULL;
${identityListingTables} ${roleTables} ${findingTables}`;

/** Adds readings of other deployments. */
const toVersion3 = 'ALTER TABLE coverage ADD COLUMN source INTEGER REFERENCES text;';

/**
 * Joins the rows of one user-assigned identity in several letter cases, which the old folding told apart. The first row
 * stays. Its presence already covers the others': lists were compared in any case. Of the federated credentials, the
 * row that was read last has the present ones.
 */
const joinSpellings = `
CREATE TEMP TABLE spelling (id INTEGER PRIMARY KEY, resource_id TEXT, read_at INTEGER, kept INTEGER);
CREATE INDEX temp.spelling_kept ON spelling (kept);
INSERT INTO spelling SELECT i.id, i.resource_id, i.federated_read_at, (SELECT min(o.id) FROM identity o
  WHERE o.resource_key = i.resource_key AND o.principal_id IS i.principal_id AND o.client_id IS i.client_id)
  FROM identity i WHERE i.resource_key IS NOT NULL;
UPDATE federated_credential AS f SET valid_to = (SELECT max(seq) FROM run), ended_at = s.read_at
  FROM spelling one JOIN spelling s ON s.kept = one.kept AND s.read_at > one.read_at
  WHERE f.identity = one.id AND f.valid_to IS NULL;
UPDATE identity SET federated_read_at = (SELECT max(s.read_at) FROM spelling s WHERE s.kept = identity.id)
  WHERE resource_key IS NOT NULL;
DELETE FROM spelling WHERE id = kept;
UPDATE OR IGNORE attachment AS a SET identity = s.kept, resource_id = ifnull(a.resource_id, s.resource_id)
  FROM spelling s WHERE a.identity = s.id;
DELETE FROM identity_presence AS p WHERE p.begin_change IS NULL AND EXISTS (
  SELECT 1 FROM spelling s JOIN identity_presence k ON k.identity = s.kept WHERE s.id = p.identity);
UPDATE OR REPLACE identity_presence AS p SET identity = s.kept FROM spelling s WHERE p.identity = s.id;
UPDATE OR IGNORE identity_unseen AS u SET identity = s.kept FROM spelling s WHERE u.identity = s.id;
UPDATE OR IGNORE federated_credential AS f SET identity = s.kept FROM spelling s WHERE f.identity = s.id;
${['attachment', 'identity_unseen', 'federated_credential']
  .map((table) => `DELETE FROM ${table} WHERE identity IN (SELECT id FROM spelling);`)
  .join('\n')}
DELETE FROM identity WHERE id IN (SELECT id FROM spelling);
DROP TABLE spelling;`;

/**
 * Adds the columns that ids and names are compared by. Two names of a resource group that the old folding told apart
 * stay two groups: the next run moves the machines of one to the other.
 */
const toVersion4 = `
DROP INDEX machine_key;
DROP INDEX identity_resource;
DROP INDEX IF EXISTS role_assignment_resource;
${keyColumns}
UPDATE machine SET name_key = fold(name);
UPDATE identity SET resource_key = fold(resource_id);
UPDATE federated_credential SET name_key = fold(name);
UPDATE role_assignment SET resource_key = fold(resource_id);
UPDATE OR IGNORE resource_group SET key = fold(name);
${joinSpellings}`;

/** Adds the authors of changes. The changes of earlier runs keep none. */
const toVersion5 = changeAuthorTables;

/** Each takes a file of version `index + 1` to the next version. */
const migrations: readonly string[] = [toVersion2, toVersion3, toVersion4, toVersion5];

/**
 * Version of the tables and views, stored in `PRAGMA user_version`. A file keeps the views it was created with, so a
 * changed view also needs a higher version. A file with a higher version is refused, one with a lower version migrated.
 */
export const schemaVersion = migrations.length + 1;

/**
 * Migrates an older file to the present schema, inside the caller's transaction. Creates all views again.
 * @param version of the file, 1 or higher
 */
export function migrateFrom(database: DatabaseSync, version: number): void {
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").all()) {
    database.exec(`DROP VIEW ${name}`);
  }
  for (const migration of migrations.slice(version - 1)) database.exec(migration);
  database.exec(views);
}
