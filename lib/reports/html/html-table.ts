import type { Cell } from '../table.ts';
import { htmlText } from './html-text.ts';

/** Longer texts are wrapped. Names, ids and times stay on one line. */
const lineLength = 40;
/** One or several principal ids. */
const ids = /^[0-9a-f]{8}-[0-9a-f-]{27}(?: [0-9a-f]{8}-[0-9a-f-]{27})*$/;
const time = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/;

/**
 * A table that scrolls on narrow pages, also with the keyboard.
 * @param label content of the table, for screen readers
 * @param tall the table may have thousands of rows, so it scrolls below its header
 */
export function* htmlTable(
  label: string,
  header: readonly string[],
  rows: Iterable<readonly Cell[]>,
  tall = false,
): Generator<string> {
  yield `<div class="wide${tall ? ' tall' : ''}" role="region" aria-label="${htmlText(label)}" tabindex="0"><table><thead><tr>`;
  yield `${header.map((name) => `<th scope="col">${htmlText(name)}</th>`).join('')}</tr></thead><tbody>\n`;
  for (const row of rows) yield `<tr>${row.map(cellHtml).join('')}</tr>\n`;
  yield '</tbody></table></div>\n';
}

function cellHtml(cell: Cell): string {
  const text = readable(String(cell ?? ''));
  const classes = [text.length > lineLength ? 'long' : '', ids.test(text) ? 'id' : ''].filter((name) => name !== '');
  return `<td${classes.length === 0 ? '' : ` class="${classes.join(' ')}"`}>${htmlText(text)}</td>`;
}

/** A time in a short form; any other text unchanged. */
export function readable(text: string): string {
  return text.replace(time, '$1 $2 UTC');
}
