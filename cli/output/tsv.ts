import { isObject } from './flatten.ts';
import { printable } from './terminal-text.ts';

interface TsvOptions {
  /** The user chose the order of the fields. */
  readonly ordered: boolean;
  /** For a terminal: a tab or a line end in a value must not look like one between values. */
  readonly terminal: boolean;
}

/**
 * Tab-separated values in the form of `az`: a line per item. An object shows its values, sorted by name unless the user
 * chose the order. A list inside shows its length, an object inside is empty, null is `None`.
 * @see https://github.com/microsoft/knack/blob/dev/knack/output.py
 */
export function* tsv(items: Iterable<unknown>, { ordered, terminal }: TsvOptions): Generator<string> {
  const cell = (value: unknown): string => (terminal ? printable(nested(value)) : nested(value));
  for (const item of items) {
    if (Array.isArray(item)) yield `${item.map(cell).join('\t')}\n`;
    else if (isObject(item)) yield `${values(item, ordered).map(cell).join('\t')}\n`;
    else yield `${typeof item === 'boolean' ? item : cell(item)}\n`;
  }
}

function values(item: Readonly<Record<string, unknown>>, ordered: boolean): unknown[] {
  const names = Object.keys(item);
  return (ordered ? names : names.sort()).map((name) => item[name]);
}

/** A value in the form of Python. */
function nested(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return String(value.length);
  return typeof value === 'object' ? '' : String(value);
}
