import type { AsOf, Completeness, Page, PagePosition } from '../inventory/query.ts';
import { defaultPageSize } from '../parameters/parameter-values.ts';
import { selectFields } from '../parameters/select.ts';
import { ndjson } from '../reports/ndjson.ts';
import { answerFromInventory, type Content } from './answer.ts';
import type { HttpContext, IncomingRequest, PublishedDatabase } from './context.ts';
import { type Format, formatOf } from './format.ts';
import { nextLink, readSkipToken, type SkipToken } from './skip-token.ts';

/** The state that an answer shows, and how complete it is. `runId` is null for a live read of Azure. */
export interface Shown {
  readonly asOf: Pick<AsOf, 'finishedAt'> & { readonly runId: string | null };
  readonly completeness: Completeness;
}

/** The same in the body of an answer. */
export function shownFields({ asOf, completeness }: Shown): Readonly<Record<string, unknown>> {
  const { complete, coverage } = completeness;
  return { asOf: asOf.finishedAt, runId: asOf.runId, complete, coverage };
}

/**
 * The object around every list.
 * @param more what belongs to the whole: further lists, the number of rows
 */
export function envelope(
  value: readonly unknown[],
  shown: Shown,
  nextLink: string | null,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    value,
    ...(nextLink === null ? {} : { nextLink }),
    ...shownFields(shown),
    ...more,
  });
}

/** The same as headers, for every format: CSV and NDJSON have no envelope. */
export function inventoryHeaders(shown: Shown): Record<string, string> {
  return {
    'x-inventory-complete': String(shown.completeness.complete),
    'x-inventory-as-of': shown.asOf.finishedAt,
    ...(shown.asOf.runId === null ? {} : { 'x-inventory-run-id': shown.asOf.runId }),
  };
}

type CsvWriter<Row> = (rows: Iterable<Row>, select?: readonly string[]) => Iterable<string>;

/** A list of the inventory, in pages or as a whole. */
export interface ListSource<Row extends object> {
  readonly shown: Shown & { readonly asOf: { readonly runId: string } };
  readonly page: (limit: number, after: PagePosition | undefined) => Page<Row>;
  /** Rows on all pages. */
  readonly count?: () => number;
  readonly all: () => Iterable<Row>;
  readonly csv: CsvWriter<Row>;
}

/** The parameters that every list has. */
export interface ListQuery<Row extends object> {
  readonly select?: readonly (keyof Row & string)[];
  readonly maxpagesize?: number;
  readonly skiptoken?: string;
  readonly skip?: number;
  readonly count?: boolean;
  readonly format?: Format;
}

/**
 * Answers with a list in the requested format. JSON comes in pages. CSV and NDJSON come whole, unless the request has
 * `maxpagesize`, `skiptoken` or `skip`; then a `Link` header names the next page.
 * @param state whatever else the answer depends on, as text
 */
export async function answerList<Row extends object>(
  { request, context, query }: { request: IncomingRequest; context: HttpContext; query: ListQuery<Row> },
  read: (published: PublishedDatabase, token: SkipToken | null) => ListSource<Row>,
  state?: string,
): Promise<Response> {
  const format = formatOf(query.format, request);
  const token = query.skiptoken === undefined ? null : readSkipToken(query.skiptoken, request);
  const produce = (published: PublishedDatabase): Content => {
    const source = read(published, token);
    const headers = inventoryHeaders(source.shown);
    if (format !== 'json' && !isPage(query)) {
      return { body: lines(source.all(), format, query.select, source.csv), headers };
    }
    const { value, next } = source.page(query.maxpagesize ?? defaultPageSize, token?.position);
    const link = next === undefined ? null : nextLink(request, { runId: source.shown.asOf.runId, position: next });
    if (format === 'json') {
      const more = query.count === true ? { count: source.count?.() } : {};
      return { body: envelope([...selectFields(value, query.select)], source.shown, link, more), headers };
    }
    if (link !== null) headers.link = `<${link}>; rel="next"`;
    return { body: [...lines(value, format, query.select, source.csv)].join(''), headers };
  };
  return answerFromInventory(request, context, format, produce, state);
}

function isPage({
  maxpagesize,
  skiptoken,
  skip,
}: Pick<ListQuery<object>, 'maxpagesize' | 'skiptoken' | 'skip'>): boolean {
  return maxpagesize !== undefined || skiptoken !== undefined || skip !== undefined;
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
