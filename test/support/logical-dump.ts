import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { openForReading } from '../../lib/database/database.ts';
import { never, type TestStore } from './stores.ts';

/** Rows by table or view. */
export type Dump = Readonly<Record<string, readonly string[]>>;

/** When something was read or done, and by which run; and keys that are only as good as the order in which rows came. */
const accidental =
  /(_at|^since|_since|_seen|_time|^time)$|^(at|by|run_id|not_before|attached_from|detached_by|machine|identity|subscription)$/;

/**
 * What the newest database says, whatever way its rows came in: the rows of every view, and how many rows each table has; without
 * accidents (times, run ids, keys of rows). Two runs over the same tenant must say the same.
 */
export async function logicalDump({ store, container }: TestStore): Promise<Dump> {
  const found = await store.latest.read(never);
  if (found === null) throw new Error('nothing is published');
  const folder = await mkdtemp(join(tmpdir(), 'dump-'));
  try {
    const path = join(folder, 'newest.sqlite');
    await writeFile(path, zstdDecompressSync(await container.getBlobClient(found.latest.database).downloadToBuffer()));
    return dumpOf(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function dumpOf(path: string): Dump {
  const database = openForReading(path);
  try {
    const dump: Record<string, readonly string[]> = {};
    const named = database.prepare("SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')").all();
    for (const { type, name } of named) {
      const rows = type === 'view' ? '*' : 'count(*) AS rows';
      const found = database.prepare(`SELECT ${rows} FROM "${name}"`).all();
      dump[String(name)] = found.map(withoutAccidents).toSorted();
    }
    const run =
      'SELECT seq, trigger, scope, status, complete, virtual_machine_count, principal_count, coverage, changes';
    dump.runs = database.prepare(`${run} FROM run ORDER BY seq`).all().map(withoutAccidents);
    return dump;
  } finally {
    database.close();
  }
}

/** In lower case: of several spellings of an id the one that came first stands. Lists of ids within a cell are sorted. */
function withoutAccidents(row: Readonly<Record<string, unknown>>): string {
  const cells = Object.entries(row).filter(([column]) => !accidental.test(column));
  const sorted = cells.map(([column, cell]) => [
    column,
    column.endsWith('_ids') ? String(cell).toLowerCase().split(';').toSorted() : cell,
  ]);
  return JSON.stringify(sorted).toLowerCase();
}

/** What stands in one dump only, marked with - (the first) or + (the second). */
export function differences(one: Dump, other: Dump): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((name) => {
    const [first, second] = [one[name] ?? [], other[name] ?? []];
    return [
      ...first.filter((row) => !second.includes(row)).map((row) => `- ${name} ${row}`),
      ...second.filter((row) => !first.includes(row)).map((row) => `+ ${name} ${row}`),
      ...(first.length === second.length ? [] : [`${name}: ${first.length} rows and ${second.length}`]),
    ];
  });
}
