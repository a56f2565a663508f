import { changeAuthorTables } from './tables/change-authors.ts';
import { findingTables } from './tables/findings.ts';
import { identityTables } from './tables/identities.ts';
import { identityListingTables } from './tables/identity-listings.ts';
import { keyColumns } from './tables/keys.ts';
import { machineTables } from './tables/machines.ts';
import { roleTables } from './tables/roles.ts';
import { runTables } from './tables/runs.ts';
import { changeViews } from './views/change-sources.ts';
import { coverageViews } from './views/coverage.ts';
import { machineViews } from './views/machines.ts';
import { principalViews } from './views/principals.ts';

/**
 * Temporal by row versions: a row is valid from one `seq` up to, not including, another (`valid_to`, NULL = now).
 * Integers for repeated texts (`text`, `resource_group`, `subscription_key`), WITHOUT ROWID keys and times as epoch
 * milliseconds keep a machine under 400 bytes. Partial indexes hold only the rows that are a change, so the log of
 * changes never reads all of history. docs/database.md documents every table and view: they are a public interface.
 */
export const tables = [
  runTables,
  machineTables,
  identityTables,
  identityListingTables,
  roleTables,
  findingTables,
  keyColumns,
  changeAuthorTables,
].join('');

/** Views for common questions, for any tool that opens SQLite. */
export const views = [coverageViews, machineViews, principalViews, changeViews].join('\n');
