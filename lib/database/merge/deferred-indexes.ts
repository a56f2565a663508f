import type { Database } from '../database.ts';

/** Their keys come in no order: filling them row by row is a third of a first run, all at once a tenth. */
const deferred = ['machine_key', 'identity_principal', 'attachment_identity'];

/**
 * Drops the indexes that nothing needs while an empty database fills up.
 * @returns a function that creates them again, to call before the commit
 */
export function deferIndexes(database: Database): () => void {
  const rows = database.prepare('SELECT 1 FROM identity UNION ALL SELECT 1 FROM machine LIMIT 1');
  if (rows.get() !== undefined) return () => undefined;
  const select = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?");
  const definitions = deferred.map((name) => String(select.get(name)?.sql));
  for (const name of deferred) database.exec(`DROP INDEX ${name}`);
  return () => database.exec(definitions.join(';'));
}
