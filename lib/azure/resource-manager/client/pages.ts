import { InventoryError } from '../../../errors.ts';
import { member } from '../../json.ts';
import { InvalidResponseError } from './errors.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Follows a list from page to page. A `nextLink` that is null, empty or missing ends it; an empty page does not.
 * @param firstUrl absolute, with its api-version
 * @param fetchJson one GET; returns the parsed body
 * @throws {InventoryError} `ForeignNextLink`: the list continues at another origin, and nothing was sent there;
 *   `NextLinkLoop`: the list returns to a page already read
 * @throws {InvalidResponseError} `value` is not an array, or `nextLink` is not a link
 */
export function readPages(
  firstUrl: string,
  context: RequestContext,
  fetchJson: (url: string) => Promise<unknown>,
): AsyncIterableIterator<readonly unknown[], undefined> {
  const seen = new Set<string>();
  let last: { readonly url: string; readonly nextLink: unknown } | null = null;
  return iteratePages(async () => {
    // Checked only now: the rows of the last page are good, wherever its nextLink points.
    const url: string | null = last === null ? firstUrl : nextUrl(last.nextLink, last.url);
    if (url === null) return null;
    if (seen.has(url)) {
      const what = `The list ${new URL(last?.url ?? url).pathname} returned to a page already read`;
      throw new InventoryError('NextLinkLoop', `${what}, after ${seen.size} pages`, {
        hint: 'Run again; if it happens again, report it to Azure support with the request id',
      });
    }
    seen.add(url);
    context.signal.throwIfAborted();
    const body = await fetchJson(url);
    const value = member(body, 'value');
    if (!Array.isArray(value)) {
      throw new InvalidResponseError(`The list ${new URL(url).pathname} has no array 'value'`);
    }
    context.meter.pages += 1;
    last = { url, nextLink: member(body, 'nextLink') };
    return value;
  });
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

/**
 * An async iterator over pages.
 *
 * Not an async generator: a suspended generator keeps its last page in memory until it has the next. Hundreds of lists
 * are open at once, so that would be hundreds of pages.
 * @param next reads the next page; null at the end. A failure ends the iteration
 */
export function iteratePages<Page>(next: () => Promise<Page | null>): AsyncIterableIterator<Page, undefined> {
  let ended = false;
  const iterator: AsyncIterableIterator<Page, undefined> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      ended = true;
      const page = await next();
      if (page === null) return { done: true, value: undefined };
      ended = false;
      return { done: false, value: page };
    },
    async return() {
      ended = true;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** The same pages, each mapped. */
export function mapPages<From, To>(
  pages: AsyncIterableIterator<From, undefined>,
  map: (page: From) => To,
): AsyncIterableIterator<To, undefined> {
  return iteratePages(async () => {
    const { done, value } = await pages.next();
    return done === true ? null : map(value);
  });
}

/** Calls a function with each page. Unlike `for await`, it keeps no page after the call. */
export async function forEachPage<Page>(
  pages: AsyncIterableIterator<Page, undefined>,
  work: (page: Page) => unknown,
): Promise<void> {
  const workOnNext = async (): Promise<boolean> => {
    const { done, value } = await pages.next();
    if (done === true) return false;
    work(value);
    return true;
  };
  while (await workOnNext());
}

/** All rows of a list, for lists that are short. */
export async function readAll<Row>(pages: AsyncIterableIterator<readonly Row[], undefined>): Promise<Row[]> {
  const rows: Row[] = [];
  await forEachPage(pages, (page) => rows.push(...page));
  return rows;
}
