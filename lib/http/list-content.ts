import type { Page, PagePosition } from '../inventory/query.ts';
import { defaultPageSize } from '../parameters/fields.ts';
import { selectFields } from '../parameters/select.ts';
import { ndjson } from '../reports/ndjson.ts';
import type { Content } from './answer.ts';
import type { IncomingRequest } from './context.ts';
import { envelope, inventoryHeaders, type Shown } from './envelope.ts';
import type { Format } from './format.ts';
import { nextLink, type SkipToken } from './skip-token.ts';

type CsvWriter<Row> = (rows: Iterable<Row>, select?: readonly string[]) => Iterable<string>;

/** A list of the inventory, in pages or as a whole. */
export interface ListSource<Row extends object> {
  readonly shown: Shown & { readonly asOf: { readonly runId: string } };
  readonly page: (limit: number, after: PagePosition | undefined) => Page<Row>;
  readonly all: () => Iterable<Row>;
  readonly csv: CsvWriter<Row>;
}

export interface ListRequest<Row extends object> {
  readonly request: IncomingRequest;
  readonly format: Format;
  readonly select: readonly (keyof Row & string)[] | undefined;
  readonly maxPageSize: number | undefined;
  readonly token: SkipToken | null;
}

/**
 * A list in the form asked for. JSON comes in pages. CSV and NDJSON come whole, unless pages are asked for by `maxpagesize` or
 * `skiptoken`; the next one is then named by a `Link` header.
 */
export function listContent<Row extends object>(asked: ListRequest<Row>, source: ListSource<Row>): Content {
  const { request, format, select, maxPageSize, token } = asked;
  const headers = inventoryHeaders(source.shown);
  if (format !== 'json' && maxPageSize === undefined && token === null) {
    return { body: lines(source.all(), format, select, source.csv), headers };
  }
  const page = source.page(maxPageSize ?? defaultPageSize, token?.position);
  const next =
    page.next === undefined ? null : nextLink(request, { runId: source.shown.asOf.runId, position: page.next });
  if (format === 'json') {
    return { body: envelope([...selectFields(page.value, select)], source.shown, next), headers };
  }
  const link: Record<string, string> = next === null ? {} : { link: `<${next}>; rel="next"` };
  return {
    body: [...lines(page.value, format, select, source.csv)].join(''),
    headers: { ...headers, ...link },
  };
}

/** Rows as CSV or NDJSON. */
export function lines<Row extends object>(
  rows: Iterable<Row>,
  format: Exclude<Format, 'json'>,
  select: readonly (keyof Row & string)[] | undefined,
  csv: CsvWriter<Row>,
): Iterable<string> {
  return format === 'csv' ? csv(rows, select) : ndjson(selectFields(rows, select));
}
