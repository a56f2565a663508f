import { toPieces } from '../reports/pieces.ts';
import type { HttpContext, IncomingRequest, PublishedDatabase } from './context.ts';
import { deadline } from './deadline.ts';
import { etagOf, isFresh, wantsNone } from './etag.ts';
import { contentTypes, type Format } from './format.ts';
import { withoutKey } from './parameters/parse.ts';
import { streamBytes, streamPieces } from './stream.ts';

/** What a handler makes of the inventory: the whole text, or its pieces where it may be long. */
export interface Content {
  readonly body: string | Iterable<string>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client may keep an answer but must revalidate it each time. Shared caches may not keep it. */
const cacheControl = 'private, no-cache';

/**
 * Answers from the published inventory. One publication, one address and one format make the same bytes, so they make
 * the ETag: a client that has the answer gets its 304 before any query runs. Short answers are cached.
 * @param state whatever else the answer depends on, as text: another state, another ETag
 */
export async function answerFromInventory(
  request: IncomingRequest,
  context: HttpContext,
  format: Format,
  produce: (published: PublishedDatabase) => Content,
  state = '',
): Promise<Response> {
  using resources = new DisposableStack();
  const published = resources.use(await context.currentDatabase(deadline()));
  const publication = `${context.version} ${published.etag} ${published.damaged}`;
  const key = `${format} ${addressOf(request)} ${state}`;
  const etag = etagOf(publication, key);
  if (isFresh(request, etag)) return notModified(etag);
  const cached = context.responses.get(publication, key);
  if (cached !== undefined) {
    return wantsNone(request) ? notModified(etag) : new Response(streamBytes(cached.body), { headers: cached.headers });
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
    return new Response(streamPieces(toPieces(content.body), resources.move()), { headers });
  }
  const body = new TextEncoder().encode(content.body);
  headers['content-length'] = String(body.byteLength);
  context.responses.set(publication, key, { body, headers });
  return new Response(streamBytes(body), { headers });
}

interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with an object that does not come from the published inventory. Its own bytes make the ETag. */
export function answerJson(request: IncomingRequest, value: unknown, options: AnswerOptions = {}): Response {
  return answerText(request, JSON.stringify(value), 'json', options);
}

/** As {@link answerJson}, for text in any format. */
export function answerText(
  request: IncomingRequest,
  text: string,
  format: Format,
  { status = 200, headers = {} }: AnswerOptions,
): Response {
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
  return withoutKey(request.url).href;
}
