import type { Cell } from '../table.ts';
import { htmlText } from './html-text.ts';

/** Up to here a text stays on one line: names, ids, times. Longer ones are wrapped. */
const lineLength = 40;
const time = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/;

/**
 * A table that scrolls by itself where the page is narrower, also by the keyboard.
 * @param label what the table has, for who does not see the heading above it
 * @param tall it may have thousands of rows: it scrolls below its header
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
  return `<td${text.length > lineLength ? ' class="long"' : ''}>${htmlText(text)}</td>`;
}

/** A time without what nobody reads of it; all other text as it is. */
export function readable(text: string): string {
  return text.replace(time, '$1 $2 UTC');
}
