import { rank, rankOf } from './key-names.ts';
import { type FoundId, scanText } from './scan-text.ts';
import { readTable } from './table.ts';

/** The ids of one record of a log: a JSON object, a row of a table, a line, or lines of names and values. */
export type PastedRecord = readonly FoundId[];

export function recordsOf(text: string): readonly PastedRecord[] {
  return jsonRecords(text) ?? tableRecords(text) ?? lineRecords(text);
}

/** @returns null when the text is no JSON */
function jsonRecords(text: string): readonly PastedRecord[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return recordsIn(JSON.parse(text), null);
  } catch {
    return null;
  }
}

/** Each element of a list is a record. An object that says whom it is about is one record, whatever lists it has. */
function recordsIn(value: unknown, name: string | null): readonly PastedRecord[] {
  if (Array.isArray(value)) return value.flatMap((one) => recordsIn(one, name));
  const { own, lists } = contentOf(value, name);
  if (!own.some((found) => found.rank < rank.anything)) return [own, ...lists];
  // The first `id` is that of the object, the others are those of its parts.
  const ownId = own.find((found) => found.rank === rank.resourceId);
  return [own.filter((found) => found === ownId || found.rank !== rank.resourceId)];
}

interface Content {
  readonly own: PastedRecord;
  /** The records of the lists in it. */
  readonly lists: readonly PastedRecord[];
}

function contentOf(value: unknown, name: string | null): Content {
  if (typeof value === 'string') return { own: textIds(value, name), lists: [] };
  if (typeof value !== 'object' || value === null) return { own: [], lists: [] };
  if (Array.isArray(value)) {
    const records = recordsIn(value, name);
    const isOfObjects = value.some((one) => typeof one === 'object');
    return isOfObjects ? { own: [], lists: records } : { own: records.flat(), lists: [] };
  }
  const columns: unknown = Reflect.get(value, 'columns');
  const rows: unknown = Reflect.get(value, 'rows');
  if (Array.isArray(columns) && Array.isArray(rows)) return { own: [], lists: queryRecords(columns, rows) };
  const contents = Object.entries(value).map(([key, one]) => contentOf(one, key));
  const keys = Object.keys(value).flatMap((key) => (key.startsWith('/') ? scanText(key) : []));
  return {
    own: [...keys, ...contents.flatMap(({ own }) => own)],
    lists: contents.flatMap(({ lists }) => lists),
  };
}

/** Logs keep JSON as text inside of JSON. */
function textIds(text: string, name: string | null): PastedRecord {
  return jsonRecords(text)?.flat() ?? scanText(text, name);
}

/** What Log Analytics and Resource Graph answer: names of columns, then rows of cells. */
function queryRecords(columns: readonly unknown[], rows: readonly unknown[]): readonly PastedRecord[] {
  const names = columns.map((column) =>
    typeof column === 'object' && column !== null ? String(Reflect.get(column, 'name')) : String(column),
  );
  return rows.map((row) =>
    Array.isArray(row) ? row.flatMap((cell, index) => contentOf(cell, names[index] ?? null).own) : [],
  );
}

/** @returns null when the first line is no row of column names */
function tableRecords(text: string): readonly PastedRecord[] | null {
  const table = readTable(text, (header) => header.some((name) => rankOf(name) < rank.anything));
  if (table === null) return null;
  return table.rows.map((row) =>
    row.length === table.header.length
      ? row.flatMap((cell, index) => textIds(cell, table.header[index] ?? null))
      : scanText(row.join(' ')),
  );
}

/** One record a line. Lines of one name and its value belong together, until a name comes again or a line is empty. */
function lineRecords(text: string): readonly PastedRecord[] {
  const records: PastedRecord[] = [];
  let group: FoundId[] = [];
  const endGroup = () => {
    records.push(group);
    group = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const json = jsonRecords(line);
    const all = scanText(line);
    const [first] = all;
    if (json !== null) records.push(...json);
    else if (line.trim() === '') endGroup();
    else if (all.length !== 1 || first === undefined || first.name === null) records.push(all);
    else {
      if (group.some((found) => found.name === first.name)) endGroup();
      group.push(first);
    }
  }
  endGroup();
  return records;
}
