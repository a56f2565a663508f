import { type Options, stringify } from 'csv-stringify/sync';

/** Rows turned into text at a time: few enough to stay small, enough that the library's start doesn't count. */
const rowsPerChunk = 32;

/**
 * RFC 4180: lines end in CR LF, cells are quoted where they must be. A cell that a spreadsheet would take for a formula (it
 * begins with = + - @ tab or CR) gets an apostrophe in front.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const options: Options = { record_delimiter: 'windows', escape_formulas: true };

/** CSV of any rows, in chunks of whole lines; the header comes with the first. */
export function* csvLines(header: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  let chunk: (readonly string[])[] = [header];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < rowsPerChunk) continue;
    yield stringify([...chunk], options);
    chunk = [];
  }
  if (chunk.length > 0) yield stringify(chunk, options);
}
