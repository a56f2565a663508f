import { ForeignNextLinkError } from './foreign-next-link-error.ts';
import { InvalidResponseError } from './invalid-response-error.ts';
import { member } from './json.ts';
import { NextLinkLoopError } from './next-link-loop-error.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Follows a list from page to page. `nextLink` null, empty or missing ends it; an empty page does not.
 * @param firstUrl absolute, with its api-version
 * @param fetchJson one GET, its body parsed
 * @throws {ForeignNextLinkError} the list goes on at another origin; nothing was sent there
 * @throws {NextLinkLoopError} the list leads back to a page already read
 * @throws {InvalidResponseError} `value` is not an array, or `nextLink` is not a link
 */
export async function* pages(
  firstUrl: string,
  context: RequestContext,
  fetchJson: (url: string) => Promise<unknown>,
): AsyncGenerator<readonly unknown[]> {
  const seen = new Set<string>();
  let url: string | null = firstUrl;
  while (url !== null) {
    seen.add(url);
    context.signal.throwIfAborted();
    const page = toPage(await fetchJson(url), url);
    context.meter.pages += 1;
    const next: string | null = page.nextLink === null ? null : resolve(page.nextLink, url);
    yield page.value;
    if (next !== null && seen.has(next)) throw new NextLinkLoopError(new URL(url).pathname, seen.size);
    url = next;
  }
}

interface Page {
  readonly value: readonly unknown[];
  readonly nextLink: string | null;
}

function toPage(body: unknown, url: string): Page {
  const value = member(body, 'value');
  const nextLink = member(body, 'nextLink');
  const where = `The list ${new URL(url).pathname}`;
  if (!Array.isArray(value)) throw new InvalidResponseError(`${where} came without an array 'value'`);
  if (nextLink === undefined || nextLink === null || nextLink === '') return { value, nextLink: null };
  if (typeof nextLink !== 'string') throw new InvalidResponseError(`${where} came with a 'nextLink' that is no text`);
  return { value, nextLink };
}

/** The next page's absolute address on the same origin. The api-version is carried on where the link lacks it. */
function resolve(nextLink: string, url: string): string {
  const current = new URL(url);
  if (!URL.canParse(nextLink, url)) {
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
