import type { Database } from '../../database.ts';

/** Rows of `power_state`. */
export type PowerStateRows = ReturnType<typeof openPowerStateRows>;

export function openPowerStateRows(database: Database, seq: number) {
  // Keeps `since_seq` while the state stays the same.
  const upsert = database.prepare(`INSERT INTO power_state (machine, state, since_seq) VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET state = ?2, unread = 0, since_seq = CASE WHEN state = ?2 THEN since_seq ELSE ?3 END
    WHERE state <> ?2 OR unread = 1`);
  const setUnread = database.prepare('UPDATE power_state SET unread = 1 WHERE machine = ? AND unread = 0');
  return {
    /** @param state number of its text */
    write: (machine: number, state: number) => void upsert.run(machine, state, seq),
    setUnread: (machine: number) => void setUnread.run(machine),
  };
}
