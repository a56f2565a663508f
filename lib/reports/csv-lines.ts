/** Rows turned into text at a time. */
const rowsPerChunk = 32;

const mustBeQuoted = /[",\r\n]/;
/** What spreadsheets take for the beginning of a formula, full-width forms included. */
const formulaStart = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * RFC 4180: lines end in CR LF, cells are quoted where they must be. A cell that a spreadsheet would take for a formula (it
 * begins with = + - @ tab or CR) gets an apostrophe in front.
 * In chunks of whole lines; the header comes with the first. A library (csv-stringify 6) took 1.4 times the time and the memory for
 * 400,000 machines.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function* csvLines(header: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  let chunk = line(header);
  let count = 1;
  for (const row of rows) {
    chunk += line(row);
    count += 1;
    if (count < rowsPerChunk) continue;
    yield chunk;
    chunk = '';
    count = 0;
  }
  if (count > 0) yield chunk;
}

function line(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const harmless = formulaStart.test(text) ? `'${text}` : text;
  return mustBeQuoted.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
