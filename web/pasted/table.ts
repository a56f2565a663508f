interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const separators: readonly (string | RegExp)[] = ['\t', ',', ';', '|', / {2,}/];

/**
 * Reads CSV, tab-separated text, and the tables of command lines and Markdown.
 * @returns null when no separator makes a header of the first line
 */
export function readTable(text: string, isHeader: (cells: readonly string[]) => boolean): Table | null {
  const [first = ''] = text.trimStart().split('\n', 1);
  for (const separator of separators) {
    const cells = splitRows(first, separator)[0] ?? [];
    if (cells.length < 2 || !isHeader(cells) || /[0-9a-f]{8}-[0-9a-f]{4}-/i.test(first)) continue;
    const [header = [], ...rows] = splitRows(text.trimStart(), separator);
    return { header, rows };
  }
  return null;
}

/** Cells may be in quotes (RFC 4180): then they may contain separators, line ends and doubled quotes. */
function splitRows(text: string, separator: string | RegExp): readonly (readonly string[])[] {
  if (typeof separator !== 'string' || !text.includes('"')) {
    return text.split(/\r?\n/).map((line) => line.split(separator).map((cell) => cell.trim()));
  }
  const quotedCell = / *"([^"]*(?:""[^"]*)*)"/y;
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at <= text.length; ) {
    quotedCell.lastIndex = at;
    const quoted = quotedCell.exec(text);
    let end = at + (quoted?.[0].length ?? 0);
    while (end < text.length && text[end] !== separator && text[end] !== '\n') end++;
    row.push(quoted === null ? text.slice(at, end).trim() : (quoted[1] ?? '').replaceAll('""', '"'));
    if (text[end] !== separator) {
      rows.push(row);
      row = [];
    }
    at = end + 1;
  }
  return rows;
}
