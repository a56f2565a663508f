import type { Database } from '../../database.ts';
import type { Seen } from '../seen.ts';

/** Machines that an incomplete reading did not show. */
export interface UnseenRows {
  /**
   * Does nothing for a machine that is unseen already, but for noting that a whole list lacks it.
   * @param lastSeen epoch milliseconds of the newest reading before this one
   */
  open(machine: number, lastSeen: number, missingFromList: boolean): void;
  /** A whole list lacked it before, too many at once to check: a second list that agrees ends it. */
  isMissingFromList(machine: number): boolean;
  /** Closes the rows of machines that were seen in this run, or have ended. */
  closeSeen(seen: Seen): void;
}

export function openUnseenRows(database: Database, seq: number): UnseenRows {
  const select = database.prepare('SELECT missing_from_list FROM unseen WHERE machine = ? AND valid_to IS NULL');
  const insert = database.prepare(
    'INSERT INTO unseen (machine, valid_from, last_seen, missing_from_list) VALUES (?, ?, ?, ?)',
  );
  const note = database.prepare('UPDATE unseen SET missing_from_list = 1 WHERE machine = ? AND valid_to IS NULL');
  const open = database.prepare(`SELECT u.machine,
      EXISTS (SELECT 1 FROM machine_version v WHERE v.machine = u.machine AND v.valid_to IS NULL) AS exists_now
    FROM unseen u WHERE u.valid_to IS NULL`);
  const close = database.prepare('UPDATE unseen SET valid_to = ? WHERE machine = ? AND valid_to IS NULL');
  return {
    open(machine, lastSeen, missingFromList) {
      const row = select.get(machine);
      if (row === undefined) insert.run(machine, seq, lastSeen, missingFromList ? 1 : 0);
      else if (missingFromList) note.run(machine);
    },
    isMissingFromList: (machine) => select.get(machine)?.missing_from_list === 1,
    closeSeen(seen) {
      for (const row of open.all()) {
        const machine = Number(row.machine);
        if (row.exists_now === 0 || seen.order(machine) > 0) close.run(seq, machine);
      }
    },
  };
}
