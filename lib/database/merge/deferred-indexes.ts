import type { Database } from '../database.ts';

/** Filled in no order: row by row that is a third of a first run, all at once it is a tenth. */
const deferred = ['machine_key', 'identity_principal', 'attachment_identity'];

/**
 * Takes away indexes that nothing needs while an empty database is being filled.
 * @returns what makes them again, to be called before the transaction is committed
 */
export function deferIndexes(database: Database): () => void {
  if (database.prepare('SELECT 1 FROM identity LIMIT 1').get() !== undefined) return () => undefined;
  const statement = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?");
  const definitions = deferred.map((name) => String(statement.get(name)?.sql));
  for (const name of deferred) database.exec(`DROP INDEX ${name}`);
  return () => {
    for (const sql of definitions) database.exec(sql);
  };
}
