import { isObject } from './flatten.ts';

/**
 * Tab-separated values as `az` prints them: a line per item; of an object its values, by name unless the order was asked for;
 * a list inside counts its items, an object inside is empty, null is `None`.
 * @see https://github.com/microsoft/knack/blob/dev/knack/output.py
 */
export function* tsv(items: Iterable<unknown>, options: { readonly ordered: boolean }): Generator<string> {
  for (const item of items) {
    if (Array.isArray(item)) yield `${item.map(nested).join('\t')}\n`;
    else if (isObject(item)) yield `${values(item, options.ordered).map(nested).join('\t')}\n`;
    else yield `${typeof item === 'boolean' ? item : nested(item)}\n`;
  }
}

function values(item: Readonly<Record<string, unknown>>, ordered: boolean): unknown[] {
  const names = Object.keys(item);
  return (ordered ? names : names.sort()).map((name) => item[name]);
}

/** As Python writes it. */
function nested(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return String(value.length);
  return typeof value === 'object' ? '' : String(value);
}
