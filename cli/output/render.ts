import { ndjson } from '../../lib/reports/ndjson.ts';
import { json, jsonArray } from './json.ts';
import type { Result } from './result.ts';
import { tsv } from './tsv.ts';

export const outputForms = ['table', 'json', 'tsv', 'csv', 'yaml', 'ndjson'] as const;
export type OutputForm = (typeof outputForms)[number];

export interface RenderOptions {
  readonly form: OutputForm;
  /** JMESPath, applied to the whole result before anything else. */
  readonly query: string | null;
  /** Columns of the terminal that a table has to fit; null = no terminal. */
  readonly width: number | null;
}

/** A result as text, in chunks. What only some forms need is loaded only then. */
export async function render(result: Result, options: RenderOptions): Promise<Iterable<string>> {
  if (options.query !== null) return renderValue(await queried(result, options.query), options, true);
  if (result.kind === 'value') {
    if (options.form === 'csv') return result.csv();
    return options.form === 'table' ? result.table(options.width) : renderValue(result.value, options, false);
  }
  const { items } = result;
  switch (options.form) {
    case 'table':
      return result.table(options.width);
    case 'csv':
      return result.csv();
    case 'json':
      return jsonArray(items);
    case 'ndjson':
      return ndjson(items);
    case 'tsv':
      return tsv(items, result);
    case 'yaml':
      return (await import('./yaml.ts')).yamlList(items);
  }
}

async function queried(result: Result, query: string): Promise<unknown> {
  const { applyQuery } = await import('./query.ts');
  return applyQuery(result.kind === 'rows' ? [...result.items] : result.value, query);
}

/** Null is nothing in the forms that have no word for it, as in `az`. */
async function renderValue(value: unknown, options: RenderOptions, ordered: boolean): Promise<Iterable<string>> {
  const items = Array.isArray(value) ? value : [value];
  switch (options.form) {
    case 'table':
      return (await import('./any-table.ts')).anyTable(value, options.width);
    case 'csv':
      return (await import('./any-csv.ts')).anyCsv(value);
    case 'json':
      return [`${json(value)}\n`];
    case 'ndjson':
      return ndjson(items);
    case 'tsv':
      return value === null ? [] : tsv(items, { ordered });
    case 'yaml':
      return [(await import('./yaml.ts')).yaml(value)];
  }
}
