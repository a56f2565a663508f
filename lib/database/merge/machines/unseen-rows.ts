import type { Database } from '../../database.ts';
import type { Seen } from '../seen.ts';

/** Rows of `unseen`: machines that an incomplete reading did not show. */
export interface UnseenRows {
  /**
   * If the machine is unseen already, only records that a complete list lacks it.
   * @param lastSeen epoch milliseconds of the newest reading before this one
   */
  open(machine: number, lastSeen: number, missingFromList: boolean): void;
  /** An earlier complete list lacked it, among too many to check. A second list that lacks it, too, ends it. */
  isMissingFromList(machine: number): boolean;
  /** Closes the rows of machines that this run has read, and of machines that have ended. */
  closeSeen(seen: Seen): void;
}

export function openUnseenRows(database: Database, seq: number): UnseenRows {
  const select = database.prepare('SELECT missing_from_list FROM unseen WHERE machine = ? AND valid_to IS NULL');
  const insert = database.prepare(
    'INSERT INTO unseen (machine, valid_from, last_seen, missing_from_list) VALUES (?, ?, ?, ?)',
  );
  const setMissing = database.prepare('UPDATE unseen SET missing_from_list = 1 WHERE machine = ? AND valid_to IS NULL');
  const selectOpen = database.prepare(`SELECT u.machine,
      EXISTS (SELECT 1 FROM machine_version v WHERE v.machine = u.machine AND v.valid_to IS NULL) AS exists_now
    FROM unseen u WHERE u.valid_to IS NULL`);
  const close = database.prepare('UPDATE unseen SET valid_to = ? WHERE machine = ? AND valid_to IS NULL');
  return {
    open(machine, lastSeen, missingFromList) {
      const row = select.get(machine);
      if (row === undefined) insert.run(machine, seq, lastSeen, missingFromList ? 1 : 0);
      else if (missingFromList) setMissing.run(machine);
    },
    isMissingFromList: (machine) => select.get(machine)?.missing_from_list === 1,
    closeSeen(seen) {
      for (const row of selectOpen.all()) {
        const machine = Number(row.machine);
        if (row.exists_now === 0 || seen.has(machine)) close.run(seq, machine);
      }
    },
  };
}
