import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { toPieces } from '../reports/pieces.ts';
import { preferredEncoding } from './content-encoding.ts';
import type { HttpContext, IncomingRequest, PublishedDatabase } from './context.ts';
import { deadline } from './deadline.ts';
import { etagOf, etagOfBytes, isFresh, wantsNone } from './etag.ts';
import { contentTypes, type Format } from './format.ts';
import { withoutKey } from './parameters/parse.ts';
import type { CachedResponse } from './response-cache.ts';
import { streamBytes, streamPieces } from './stream.ts';

/** What a handler makes of the inventory: the whole text, or its pieces where it may be long. */
export interface Content {
  readonly body: string | Iterable<string>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Shorter JSON gains little from compression. */
const compressedFromBytes = 4096;
const gzip = promisify(zlib.gzip);

/** A client may keep an answer but must revalidate it each time. Shared caches may not keep it. */
const cacheControl = 'private, no-cache';

/**
 * Answers from the published inventory. One publication, one address and one format make the same bytes, so they make
 * the ETag: a client that has the answer gets its 304 before any query runs. Short answers are cached, as they are sent.
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
  const gzipKey = `gzip ${key}`;
  const takesGzip = mayCompress(request, format);
  const etags = { plain: etagOf(publication, key), gzip: takesGzip ? etagOf(publication, gzipKey) : null };
  const fresh = freshOf(request, etags);
  if (fresh !== undefined) return notModified(fresh, format);
  let answer =
    (takesGzip ? context.responses.get(publication, gzipKey) : undefined) ?? context.responses.get(publication, key);
  if (answer === undefined) {
    const content = produce(published);
    const headers = { ...content.headers, ...headersOf(format), etag: etags.plain };
    if (typeof content.body !== 'string') {
      if (wantsNone(request)) return notModified(etags.plain, format);
      return new Response(streamPieces(toPieces(content.body), resources.move()), { headers });
    }
    answer = withLength(content.body, headers);
    if (!takesGzip || !isLong(answer)) context.responses.set(publication, key, answer);
  }
  if (wantsNone(request)) return notModified(etags.plain, format);
  if (etags.gzip !== null && isLong(answer) && !('content-encoding' in answer.headers)) {
    answer = await compressed(answer, { etag: etags.gzip });
    context.responses.set(publication, gzipKey, answer);
  }
  return new Response(streamBytes(answer.body), { headers: answer.headers });
}

interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with an object that does not come from the published inventory. Its own bytes make the ETag. */
export function answerJson(request: IncomingRequest, value: unknown, options: AnswerOptions = {}): Promise<Response> {
  return answerText(request, JSON.stringify(value), 'json', options);
}

/** As {@link answerJson}, for text in any format. */
export async function answerText(
  request: IncomingRequest,
  text: string,
  format: Format,
  { status = 200, headers = {} }: AnswerOptions,
): Promise<Response> {
  const takesGzip = mayCompress(request, format);
  const plain = withLength(text, { ...headers, ...headersOf(format) });
  const etags = { plain: etagOfBytes(plain.body), gzip: takesGzip ? etagOfBytes(plain.body, 'gzip') : null };
  if (status === 200) {
    const fresh = freshOf(request, etags) ?? (wantsNone(request) ? etags.plain : undefined);
    if (fresh !== undefined) return notModified(fresh, format);
  }
  const etagIn = (etag: string): Record<string, string> => (status === 200 ? { etag } : {});
  const answer =
    etags.gzip !== null && isLong(plain)
      ? await compressed(plain, etagIn(etags.gzip))
      : { ...plain, headers: { ...plain.headers, ...etagIn(etags.plain) } };
  return new Response(streamBytes(answer.body), { status, headers: answer.headers });
}

export function notModified(etag: string, format?: Format): Response {
  const headers = { etag, 'cache-control': cacheControl, vary: varyOf(format) };
  return new Response(null, { status: 304, headers });
}

function headersOf(format: Format): Record<string, string> {
  return { 'content-type': contentTypes[format], 'cache-control': cacheControl, vary: varyOf(format) };
}

/** Only JSON is compressed: files are large, and tools that save them do not unpack them. */
function varyOf(format: Format | undefined): string {
  return format === 'json' ? 'Accept, Accept-Encoding' : 'Accept';
}

function mayCompress(request: IncomingRequest, format: Format): boolean {
  return format === 'json' && preferredEncoding(request, ['gzip']) === 'gzip';
}

/** The ETag of the answer that the client has. An answer too short to compress has the plain one for every client. */
function freshOf(
  request: IncomingRequest,
  etags: { readonly plain: string; readonly gzip: string | null },
): string | undefined {
  if (isFresh(request, etags.plain)) return etags.plain;
  return etags.gzip !== null && isFresh(request, etags.gzip) ? etags.gzip : undefined;
}

function withLength(text: string, headers: Readonly<Record<string, string>>): CachedResponse {
  const body = new TextEncoder().encode(text);
  return { body, headers: { ...headers, 'content-length': String(body.byteLength) } };
}

function isLong({ body }: CachedResponse): boolean {
  return body.byteLength >= compressedFromBytes;
}

/** Level 1 takes half the time of the default and makes 7 % more of a page of 200 machines. Another thread compresses. */
async function compressed({ body, headers }: CachedResponse, more: Record<string, string>): Promise<CachedResponse> {
  const packed = await gzip(body, { level: 1 });
  const length = String(packed.byteLength);
  return { body: packed, headers: { ...headers, ...more, 'content-encoding': 'gzip', 'content-length': length } };
}

/** The request's address without its key. */
function addressOf(request: IncomingRequest): string {
  if (!/[?&]code=/i.test(request.url) && !request.url.includes('%')) return request.url;
  return withoutKey(request.url).href;
}
