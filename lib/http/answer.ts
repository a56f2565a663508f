import type { HttpContext, IncomingRequest, PublishedDatabase } from './context.ts';
import { deadline } from './deadline.ts';
import { etagOf, isFresh, wantsNone } from './etag.ts';
import { contentTypes, type Format } from './format.ts';
import { isFunctionKey } from './parameters/parse.ts';
import { streamBytes } from './stream-bytes.ts';
import { streamText } from './stream-text.ts';

/** What a handler makes of the inventory: text as a whole, or piece by piece where it may be long. */
export interface Content {
  readonly body: string | Iterable<string>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Clients may keep an answer, and must ask each time whether it still holds; nobody else may keep it. */
const cacheControl = 'private, no-cache';

/**
 * Answers from the published inventory. One publication, one address and one form make the same bytes: they are the entity
 * tag, so a client that has the answer gets its 304 before anything is asked of the database, and short answers are kept.
 * @param state what else the answer depends on, as text: another state, another entity tag
 */
export async function answerFromInventory(
  request: IncomingRequest,
  context: HttpContext,
  format: Format,
  produce: (published: PublishedDatabase) => Content,
  state = '',
): Promise<Response> {
  const published = await context.currentDatabase(deadline());
  let streaming = false;
  try {
    const publication = `${context.version} ${published.etag} ${published.damaged}`;
    const key = `${format} ${addressOf(request)} ${state}`;
    const etag = etagOf(publication, key);
    if (isFresh(request, etag)) return notModified(etag);
    const kept = context.responses.get(publication, key);
    if (kept !== undefined) {
      return wantsNone(request) ? notModified(etag) : new Response(streamBytes(kept.body), { headers: kept.headers });
    }

    const content = produce(published);
    if (wantsNone(request)) return notModified(etag);
    const headers: Record<string, string> = {
      ...content.headers,
      'content-type': contentTypes[format],
      'cache-control': cacheControl,
      vary: 'Accept',
      etag,
    };
    if (typeof content.body !== 'string') {
      streaming = true;
      return new Response(
        streamText(content.body, () => published[Symbol.dispose]()),
        { headers },
      );
    }
    const body = new TextEncoder().encode(content.body);
    headers['content-length'] = String(body.byteLength);
    context.responses.set(publication, key, { body, headers });
    return new Response(streamBytes(body), { headers });
  } finally {
    if (!streaming) published[Symbol.dispose]();
  }
}

/** Answers with an object that is no state of the inventory; its own bytes make the entity tag. */
export function answerJson(
  request: IncomingRequest,
  value: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  return answerText(request, JSON.stringify(value), 'json', options);
}

/** The same for text that is there already, in one of the forms. */
export function answerText(
  request: IncomingRequest,
  text: string,
  format: Format,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const { status = 200, headers = {} } = options;
  const body = new TextEncoder().encode(text);
  const etag = etagOf(body);
  if (status === 200 && (isFresh(request, etag) || wantsNone(request))) return notModified(etag);
  return new Response(streamBytes(body), {
    status,
    headers: {
      ...headers,
      'content-type': contentTypes[format],
      'content-length': String(body.byteLength),
      'cache-control': cacheControl,
      ...(status === 200 ? { etag } : {}),
    },
  });
}

export function notModified(etag: string): Response {
  return new Response(null, { status: 304, headers: { etag, 'cache-control': cacheControl, vary: 'Accept' } });
}

/** The request's address without its key. */
function addressOf(request: IncomingRequest): string {
  if (!/[?&]code=/i.test(request.url) && !request.url.includes('%')) return request.url;
  const url = new URL(request.url);
  for (const name of [...url.searchParams.keys()]) if (isFunctionKey(name)) url.searchParams.delete(name);
  return url.href;
}
