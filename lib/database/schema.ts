import { findingTables } from './tables/findings.ts';
import { identityTables } from './tables/identities.ts';
import { identityListingTables } from './tables/identity-listings.ts';
import { machineTables } from './tables/machines.ts';
import { roleTables } from './tables/roles.ts';
import { runTables } from './tables/runs.ts';

/**
 * Version of the tables and views (a file keeps the views it was made with), kept in `PRAGMA user_version`. A file with a higher one is refused, one with a lower one migrated.
 * Every table and view is documented in docs/database.md: they are a public interface.
 */
export const schemaVersion = 3;

/**
 * Temporal by row versions: valid from one `seq` up to, not including, another (`valid_to`, NULL = now).
 * Integers stand for repeated texts (`text`, `resource_group`, `subscription_key`); together with WITHOUT ROWID keys
 * and times as epoch milliseconds that is what keeps a machine under 400 bytes.
 * The log of changes is read without all of history: partial indexes hold only the rows that are a change.
 */
export const tables = [runTables, machineTables, identityTables, identityListingTables, roleTables, findingTables].join(
  '',
);
