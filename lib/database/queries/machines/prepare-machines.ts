import type { Database } from '../../database.ts';
import { readNewestSeq } from '../runs.ts';

type Read = (database: Database, seq: number) => unknown;

/** Most reads that are remembered: the columns, and a few orders. */
const remembered = 4;
/** What lists of the newest run needed since the process started, the least recent first. */
const reads = new Map<string, Read>();

/** Remembers a read that takes long and whose result is kept. @param name differs for each */
export function rememberRead(name: string, read: Read): void {
  reads.delete(name);
  reads.set(name, read);
  const [oldest] = reads.keys();
  if (reads.size > remembered && oldest !== undefined) reads.delete(oldest);
}

/**
 * Reads for the newest run what lists needed since the process started, one thing at each step: 100 to 300 ms for
 * 100,000 machines. Nothing if there were no such lists.
 */
export function* prepareMachines(database: Database): Generator<void> {
  const seq = readNewestSeq(database);
  for (const read of [...reads.values()]) {
    read(database, seq);
    yield;
  }
}
