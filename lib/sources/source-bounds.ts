import type { Database } from '../database/database.ts';

/** Texts that any number of rows share. Each row gets a copy of its own, so a long one would fill the memory. */
const sharedTexts = [
  ['text', 'value'],
  ['resource_group', 'name'],
  ['subscription_key', 'subscription_id'],
  ['identity', 'resource_id'],
  ['role_definition', 'resource_id'],
] as const;
/** Twice the longest id of a resource. */
const mostCharacters = 4096;
/** What one machine or identity has. Azure allows 20 federated credentials. */
const parts = [
  ['attachment', 'machine'],
  ['federated_credential', 'identity'],
] as const;
const mostParts = 1000;
/** Tables that are read as a whole, with ten times the rows of the largest tenant that is tested. */
const mostRows = [
  ['subscription_key', 100_000],
  ['subscription', 1_000_000],
  ['blind_spot', 1_000_000],
] as const;

/**
 * Checks what the queries would multiply, before any of them is executed.
 * @throws {TypeError} a text or a list is longer than any that a run writes
 */
export function checkSourceBounds(database: Database): void {
  for (const [table, column] of sharedTexts) {
    const long = database.prepare(`SELECT 1 FROM ${table} WHERE length(${column}) > ${mostCharacters} LIMIT 1`).get();
    if (long !== undefined) throw new TypeError(`A ${column} in ${table} has more than ${mostCharacters} characters`);
  }
  for (const [table, owner] of parts) {
    const many = database
      .prepare(`SELECT 1 FROM ${table} WHERE valid_to IS NULL GROUP BY ${owner} HAVING count(*) > ${mostParts} LIMIT 1`)
      .get();
    if (many !== undefined) throw new TypeError(`The table ${table} has more than ${mostParts} rows of one ${owner}`);
  }
  for (const [table, most] of mostRows) {
    const many = database.prepare(`SELECT 1 FROM ${table} LIMIT 1 OFFSET ${most}`).get();
    if (many !== undefined) throw new TypeError(`The table ${table} has more than ${most} rows`);
  }
}
