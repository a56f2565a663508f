import { ndjson } from '../../lib/reports/ndjson.ts';
import { gather } from './gather.ts';
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

/** Any value as text, in chunks. */
type Writer = (value: unknown) => Iterable<string>;

/** A result as text, in chunks. What only some forms need is loaded only then. */
export async function render(result: Result, options: RenderOptions): Promise<Iterable<string>> {
  const { form, query, width } = options;
  if (query !== null) {
    const [{ applyQuery }, write] = await Promise.all([import('./query.ts'), writerOf(options, true)]);
    return queried(result, (value) => write(applyQuery(value, query)));
  }
  if (form === 'table') return result.table(width);
  if (form === 'csv') return result.csv();
  if (result.kind === 'value') return (await writerOf(options, false))(result.value);
  const { items } = result;
  switch (form) {
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

function* queried(result: Result, write: Writer): Generator<string> {
  yield* write(result.kind === 'rows' ? yield* gather(result.items) : result.value);
}

/** Null is nothing in the forms that have no word for it, as in `az`. */
async function writerOf({ form, width }: RenderOptions, ordered: boolean): Promise<Writer> {
  switch (form) {
    case 'table': {
      const { anyTable } = await import('./any-table.ts');
      return (value) => anyTable(value, width);
    }
    case 'csv':
      return (await import('./any-csv.ts')).anyCsv;
    case 'json':
      return (value) => (Array.isArray(value) ? jsonArray(value) : [`${json(value)}\n`]);
    case 'ndjson':
      return (value) => ndjson(Array.isArray(value) ? value : [value]);
    case 'tsv':
      return (value) => (value === null ? [] : tsv(Array.isArray(value) ? value : [value], { ordered }));
    case 'yaml': {
      const { yaml, yamlList } = await import('./yaml.ts');
      return (value) => (Array.isArray(value) ? yamlList(value) : [yaml(value)]);
    }
  }
}
