import { InventoryError } from '../../../errors.ts';
import { member } from '../../json.ts';
import { InvalidResponseError } from './errors.ts';
import type { RequestContext } from './request-context.ts';

/**
 * A list that is read page by page.
 *
 * Not an async iterator: rows would travel in promises. A promise that waits for an answer becomes old, and a dead old
 * object keeps what it refers to until V8 collects the old generation. Rows moved there, which cost a third of all
 * collections of garbage. Here they live on the stack while `take` runs.
 */
export interface Pages<Row> {
  /** Reads the list from its start and calls `take` with each page, empty ones too, until it returns `stop`. */
  read(take: (page: readonly Row[]) => 'stop' | undefined): Promise<void>;
}

/**
 * Follows a list from page to page. A `nextLink` that is null, empty or missing ends it; an empty page does not.
 * @param firstUrl absolute, with its api-version
 * @param readBody one GET; calls a function with the parsed body, and returns its result
 * @throws {InventoryError} `ForeignNextLink`: the list continues at another origin, and nothing was sent there;
 *   `NextLinkLoop`: the list returns to a page already read
 * @throws {InvalidResponseError} `value` is not an array, or `nextLink` is not a link
 */
export function readPages(
  firstUrl: string,
  context: RequestContext,
  readBody: <T>(url: string, read: (body: unknown) => T) => Promise<T>,
): Pages<unknown> {
  return {
    async read(take) {
      const seen = new Set<string>();
      const takePage = (url: string, body: unknown): string | null => {
        const value = member(body, 'value');
        if (!Array.isArray(value)) {
          throw new InvalidResponseError(`The list ${new URL(url).pathname} has no array 'value'`);
        }
        context.meter.pages += 1;
        // Its rows are good, wherever its nextLink points.
        return take(value) === 'stop' ? null : nextUrl(member(body, 'nextLink'), url);
      };
      for (let url: string | null = firstUrl, from = firstUrl; url !== null; ) {
        if (seen.has(url)) {
          const what = `The list ${new URL(from).pathname} returned to a page already read`;
          throw new InventoryError('NextLinkLoop', `${what}, after ${seen.size} pages`, {
            hint: 'Run again; if it happens again, report it to Azure support with the request id',
          });
        }
        seen.add(url);
        context.signal.throwIfAborted();
        from = url;
        url = await readBody(from, (body) => takePage(from, body));
      }
    },
  };
}

/** The next page's URL, on the same origin and with the list's api-version; null at the end of the list. */
function nextUrl(nextLink: unknown, url: string): string | null {
  if (nextLink === undefined || nextLink === null || nextLink === '') return null;
  const current = new URL(url);
  if (typeof nextLink !== 'string' || !URL.canParse(nextLink, url)) {
    throw new InvalidResponseError(`The list ${current.pathname} has an unreadable 'nextLink'`);
  }
  const next = new URL(nextLink, url);
  if (next.origin !== current.origin || next.username !== '') {
    // Nothing is sent there, because the token is for Resource Manager only.
    const elsewhere = `continues at ${next.protocol}//${next.host}, not at ${current.origin}`;
    throw new InventoryError('ForeignNextLink', `The list ${current.pathname} ${elsewhere}; it was not followed`, {
      hint: 'A proxy in front of Resource Manager must rewrite nextLink to its own address (AZURE_RESOURCE_MANAGER_ENDPOINT)',
    });
  }
  next.hash = '';
  const apiVersion = current.searchParams.get('api-version');
  if (!next.searchParams.has('api-version') && apiVersion !== null) next.search += `&api-version=${apiVersion}`;
  return next.href;
}

/** The same pages, each mapped. */
export function mapPages<From, To>(pages: Pages<From>, map: (page: readonly From[]) => readonly To[]): Pages<To> {
  return { read: (take) => pages.read((page) => take(map(page))) };
}

/** All rows of a list, for lists that are short. */
export async function readAll<Row>(pages: Pages<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  await pages.read((page) => {
    for (const row of page) rows.push(row);
  });
  return rows;
}
