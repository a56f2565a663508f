import { ndjson } from '../../lib/reports/ndjson.ts';
import { anyCsv, anyTable } from './flatten.ts';
import { gather } from './gather.ts';
import type { Result } from './result.ts';
import { tsv } from './tsv.ts';

export const outputForms = ['table', 'json', 'tsv', 'csv', 'yaml', 'ndjson'] as const;
export type OutputForm = (typeof outputForms)[number];

export interface RenderOptions {
  readonly form: OutputForm;
  /** JMESPath, applied to the whole result first. */
  readonly query: string | null;
  /** Columns of the terminal; null = no terminal. */
  readonly width: number | null;
}

/** Any value as text, in chunks. */
type Writer = (value: unknown) => Iterable<string>;

/** A result as text, in chunks. Libraries that only some forms need are loaded on demand. */
export async function render(result: Result, options: RenderOptions): Promise<Iterable<string>> {
  const { form, query, width } = options;
  if (query !== null) {
    const [{ applyQuery }, write] = await Promise.all([import('./jmespath.ts'), writerOf(options, true)]);
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
      return tsv(items, { ordered: result.ordered, terminal: width !== null });
    case 'yaml':
      return (await import('./yaml.ts')).yamlList(items);
  }
}

function* queried(result: Result, write: Writer): Generator<string> {
  yield* write(result.kind === 'rows' ? yield* gather(result.items) : result.value);
}

/** As in `az`, null is empty in the forms that cannot express it. */
async function writerOf({ form, width }: RenderOptions, ordered: boolean): Promise<Writer> {
  switch (form) {
    case 'table':
      return (value) => anyTable(value, width);
    case 'csv':
      return anyCsv;
    case 'json':
      return (value) => (Array.isArray(value) ? jsonArray(value) : [`${json(value)}\n`]);
    case 'ndjson':
      return (value) => ndjson(Array.isArray(value) ? value : [value]);
    case 'tsv':
      return (value) =>
        value === null ? [] : tsv(Array.isArray(value) ? value : [value], { ordered, terminal: width !== null });
    case 'yaml': {
      const { yaml, yamlList } = await import('./yaml.ts');
      return (value) => (Array.isArray(value) ? yamlList(value) : [yaml(value)]);
    }
  }
}

/** A JSON array, an item at a time, in the layout of `JSON.stringify(items, null, 2)`. */
function* jsonArray(items: Iterable<unknown>): Generator<string> {
  let first = true;
  for (const item of items) {
    yield (first ? '[\n  ' : ',\n  ') + json(item).replaceAll('\n', '\n  ');
    first = false;
  }
  yield first ? '[]\n' : '\n]\n';
}

/** One JSON document without its line end. */
function json(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}
