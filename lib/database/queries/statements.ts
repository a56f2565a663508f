import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { whileOpen } from './while-open.ts';

/** Values bound to a statement by name. Nothing that comes from outside ever becomes part of a statement's text. */
export type Parameters = Readonly<Record<string, string | number | null>>;

/** Filters make many texts, but not endlessly many: the ones used longest ago make room. */
const kept = 200;
const statementsOf = whileOpen(() => new Map<string, StatementSync>());

/**
 * The prepared statement of a text, made once per open database. For `get` and `all` only: a statement that is iterated belongs to
 * one reader at a time.
 */
export function prepared(database: Database, sql: string): StatementSync {
  const known = statementsOf(database);
  const found = known.get(sql);
  if (found !== undefined) return found;
  const statement = database.prepare(sql);
  const [oldest] = known.keys();
  if (known.size >= kept && oldest !== undefined) known.delete(oldest);
  known.set(sql, statement);
  return statement;
}
