import type { Database } from '../../database.ts';

/** Rows of the table `power_state`. */
export interface PowerStateRows {
  /** Keeps `since` where the state is the same. */
  write(machine: number, state: number): void;
  /** The newest reading did not have it: it answers null, and `since` is kept. */
  forget(machine: number): void;
}

export function openPowerStateRows(database: Database, seq: number): PowerStateRows {
  const write = database.prepare(`INSERT INTO power_state (machine, state, since_seq) VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET state = ?2, unread = 0, since_seq = CASE WHEN state = ?2 THEN since_seq ELSE ?3 END
    WHERE state <> ?2 OR unread = 1`);
  const forget = database.prepare('UPDATE power_state SET unread = 1 WHERE machine = ? AND unread = 0');
  return {
    write: (machine, state) => void write.run(machine, state, seq),
    forget: (machine) => void forget.run(machine),
  };
}
