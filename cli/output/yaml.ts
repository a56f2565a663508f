import { stringify } from 'yaml';

/** A YAML list, an item at a time. */
export function* yamlList(items: Iterable<unknown>): Generator<string> {
  let empty = true;
  for (const item of items) {
    yield yaml([item]);
    empty = false;
  }
  if (empty) yield '[]\n';
}

/** One YAML document. Lines are not folded, and nothing becomes an alias. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
