import type { Database } from '../database.ts';
import { whileOpen } from './while-open.ts';

/** Runs whose answers are kept at once per open database: the newest, and a few that people page through or look back at. */
const keptRuns = 4;

/**
 * Keeps what `read` finds per open database and run: the state at a run does not change, whatever is merged later.
 * @param read called when nothing is kept; its result is shared, so it must not be changed
 */
export function perRun<Value>(
  read: (database: Database, seq: number) => Value,
): (database: Database, seq: number) => Value {
  const runsOf = whileOpen(() => new Map<number, Value>());
  return (database, seq) => {
    const runs = runsOf(database);
    const found = runs.get(seq);
    if (found !== undefined) return found;
    const value = read(database, seq);
    const [oldest] = runs.keys();
    if (runs.size >= keptRuns && oldest !== undefined) runs.delete(oldest);
    runs.set(seq, value);
    return value;
  };
}
