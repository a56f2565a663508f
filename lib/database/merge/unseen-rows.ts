import type { Database } from '../database.ts';

/** Rows of `unseen` or `identity_unseen`: resources (by number) that their newest reading did not show. */
export type UnseenRows = ReturnType<typeof openUnseenRows>;

export function openUnseenRows(database: Database, seq: number, table: 'unseen' | 'identity_unseen') {
  const key = table === 'unseen' ? 'machine' : 'identity';
  const open = `${key} = ? AND valid_to IS NULL`;
  const select = database.prepare(`SELECT missing_from_list FROM ${table} WHERE ${open}`);
  const insert = database.prepare(
    `INSERT INTO ${table} (${key}, valid_from, last_seen, missing_from_list) VALUES (?, ?, ?, ?)`,
  );
  const setMissing = database.prepare(`UPDATE ${table} SET missing_from_list = 1 WHERE ${open}`);
  const close = database.prepare(`UPDATE ${table} SET valid_to = ? WHERE ${open}`);
  return {
    /**
     * If the resource is unseen already, only records that a complete list lacks it.
     * @param lastSeen epoch milliseconds of the newest reading before this one; null = no list ever showed it
     */
    open(resource: number, lastSeen: number | null, missingFromList: boolean): void {
      if (select.get(resource) === undefined) insert.run(resource, seq, lastSeen, missingFromList ? 1 : 0);
      else if (missingFromList) setMissing.run(resource);
    },
    /** An earlier complete list lacked it, among too many to check. A second list that lacks it, too, ends it. */
    isMissingFromList: (resource: number): boolean => select.get(resource)?.missing_from_list === 1,
    close: (resource: number) => void close.run(seq, resource),
  };
}
