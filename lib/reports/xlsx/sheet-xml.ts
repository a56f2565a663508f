import type { Cell, Table } from '../table.ts';

/**
 * The longest text of a cell in Excel.
 * @see https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
 */
const cellLimit = 32_767;
const cutMark = ' … (cut: the CSV has it whole)';
const formulaStart = /^[=+\-@\t\r]/;
/** Without the attribute `xml:space`, readers may remove white space. */
const outerSpace = /^\s|\s$|[\n\r]/;
/** Indexes of the styles in `styles.xml`. */
const header = 1;
const plainText = 2;

/**
 * One sheet: a header that stays visible, a filter on each column, and the rows.
 * @param above rows above the header
 * @param warning gives the sheet a red tab
 */
export function* sheetXml(
  table: Table,
  { above, selected, warning }: { above: Iterable<readonly Cell[]>; selected: boolean; warning: boolean },
): Generator<string> {
  const preface = [...above];
  const headerRow = preface.length + 1;
  yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
    (warning ? '<sheetPr><tabColor rgb="FFB3261E"/></sheetPr>' : '') +
    `<sheetViews><sheetView workbookViewId="0"${selected ? ' tabSelected="1"' : ''}>` +
    `<pane ySplit="${headerRow}" topLeftCell="A${headerRow + 1}" activePane="bottomLeft" state="frozen"/>` +
    '<selection pane="bottomLeft"/></sheetView></sheetViews>' +
    `<cols>${table.header.map(columnXml).join('')}</cols><sheetData>`;
  const names = table.header.map((_, index) => columnName(index));
  let row = 0;
  for (const cells of preface) yield rowXml(cells, names, ++row, 0);
  yield rowXml(table.header, names, ++row, header);
  for (const cells of table.rows()) yield rowXml(cells, names, ++row, 0);
  const filtered = `A${headerRow}:${names.at(-1)}${row}`;
  yield `</sheetData><autoFilter ref="${filtered}"/></worksheet>`;
}

function rowXml(cells: readonly Cell[], names: readonly string[], row: number, style: number): string {
  let xml = `<row r="${row}">`;
  for (let index = 0; index < cells.length; index++)
    xml += cellXml(cells[index] ?? null, `${names[index]}${row}`, style);
  return `${xml}</row>`;
}

/**
 * Text is written as text, never as a formula. If editing the cell would make it a formula, it has the style of a
 * leading apostrophe.
 */
function cellXml(cell: Cell, at: string, style: number): string {
  if (cell === null || cell === '') return '';
  if (typeof cell === 'number') return `<c r="${at}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${at}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  const text = cell.length > cellLimit ? cell.slice(0, cellLimit - cutMark.length) + cutMark : cell;
  const shown = formulaStart.test(text) ? plainText : style;
  const space = outerSpace.test(text) ? ' xml:space="preserve"' : '';
  return `<c r="${at}" t="inlineStr"${shown === 0 ? '' : ` s="${shown}"`}><is><t${space}>${xmlText(text)}</t></is></c>`;
}

/** A, B, …, Z, AA, … */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

function columnXml(name: string, index: number): string {
  const width = /id$|message|remediation|command|hint|before|after|tags|assignments|credentials|identities/i.test(name)
    ? 40
    : 18;
  return `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

/** Most texts have no special character, so one test replaces three passes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it searches for them
const special = /[&<>"'\u0000-\u001f\ud800-\udfff\ufffe\uffff]/;

/** Text for XML 1.0. Markup is escaped; characters that XML does not allow become U+FFFD. */
export function xmlText(text: string): string {
  if (!special.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll(/[&<>"'\r]/g, (character) => entities[character] ?? character)
    .replaceAll(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it replaces them
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
      '\ufffd',
    );
}
