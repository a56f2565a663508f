import { member } from '../../json.ts';
import { ForeignNextLinkError } from './errors/foreign-next-link-error.ts';
import { InvalidResponseError } from './errors/invalid-response-error.ts';
import { NextLinkLoopError } from './errors/next-link-loop-error.ts';
import { iteratePages } from './page-iterator.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Follows a list from page to page. `nextLink` null, empty or missing ends it; an empty page does not.
 * @param firstUrl absolute, with its api-version
 * @param fetchJson one GET, its body parsed
 * @throws {ForeignNextLinkError} the list goes on at another origin; nothing was sent there
 * @throws {NextLinkLoopError} the list leads back to a page already read
 * @throws {InvalidResponseError} `value` is not an array, or `nextLink` is not a link
 */
export function pages(
  firstUrl: string,
  context: RequestContext,
  fetchJson: (url: string) => Promise<unknown>,
): AsyncIterableIterator<readonly unknown[], undefined> {
  const seen = new Set<string>();
  let read: { readonly url: string; readonly nextLink: unknown } | null = null;
  return iteratePages(async () => {
    // Looked at only now: the rows were read, wherever the list claims to go on.
    const url: string | null = read === null ? firstUrl : nextUrl(read.nextLink, read.url);
    if (url === null) return null;
    if (seen.has(url)) throw new NextLinkLoopError(new URL(read?.url ?? url).pathname, seen.size);
    seen.add(url);
    context.signal.throwIfAborted();
    const { value, nextLink } = toPage(await fetchJson(url), url);
    context.meter.pages += 1;
    read = { url, nextLink };
    return value;
  });
}

interface Page {
  readonly value: readonly unknown[];
  /** As it came. */
  readonly nextLink: unknown;
}

function toPage(body: unknown, url: string): Page {
  const value = member(body, 'value');
  if (Array.isArray(value)) return { value, nextLink: member(body, 'nextLink') };
  throw new InvalidResponseError(`The list ${new URL(url).pathname} came without an array 'value'`);
}

/** The next page's absolute address on the same origin; null = the list ends. The api-version is carried on where the link lacks it. */
function nextUrl(nextLink: unknown, url: string): string | null {
  if (nextLink === undefined || nextLink === null || nextLink === '') return null;
  const current = new URL(url);
  if (typeof nextLink !== 'string' || !URL.canParse(nextLink, url)) {
    throw new InvalidResponseError(`The list ${current.pathname} came with a 'nextLink' that cannot be read`);
  }
  const next = new URL(nextLink, url);
  if (next.origin !== current.origin || next.username !== '') {
    throw new ForeignNextLinkError(current.pathname, `${next.protocol}//${next.host}`, current.origin);
  }
  next.hash = '';
  const apiVersion = current.searchParams.get('api-version');
  if (!next.searchParams.has('api-version') && apiVersion !== null) next.search += `&api-version=${apiVersion}`;
  return next.href;
}
