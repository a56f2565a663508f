import type { DatabaseSync } from 'node:sqlite';
import { addMachineColumns } from './machine-fields.ts';
import { views } from './schema.ts';
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
UPDATE OR IGNORE resource_group SET key = fold(name);`;

/** Each takes a file of version `index + 1` to the next version. */
const migrations: readonly string[] = [toVersion2, toVersion3, toVersion4];

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
