import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import type { SqlRow } from './row-values.ts';
import { keep, whileOpen } from './while-open.ts';

/** Values bound to a statement by name. Input never becomes part of a statement's text. */
export type Parameters = Readonly<Record<string, string | number | null>>;

/** A statement's text and the values bound to it. Snapshots of all texts: test/database/queries/statements. */
export interface Query {
  readonly sql: string;
  readonly parameters: Parameters;
}

/** Filters make many texts, but a limited number. */
const keptStatements = 200;
const statementsOf = whileOpen(() => new Map<string, StatementSync>());

/**
 * The prepared statement of a text, prepared once per open database. Only for `get` and `all`, or to iterate within one
 * call: two readers cannot iterate one statement at the same time.
 */
export function prepared(database: Database, sql: string): StatementSync {
  return keep(statementsOf(database), sql, () => database.prepare(sql), keptStatements);
}

/**
 * Rows in arrays of at most `size`: enough for one statement to serve many, few enough to hold. The query has its own
 * statement, because a kept one would start over when another reader iterates it.
 */
export function* rowsInBatches(database: Database, { sql, parameters }: Query, size: number): Generator<SqlRow[]> {
  let batch: SqlRow[] = [];
  for (const row of database.prepare(sql).iterate(parameters)) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
