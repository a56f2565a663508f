import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { notModified } from '../answer.ts';
import { byteRange } from '../byte-range.ts';
import type { Handler, HttpContext, IncomingRequest, PublishedDatabase } from '../context.ts';
import { deadline } from '../deadline.ts';
import { inventoryHeaders } from '../envelope.ts';
import { etagOf, isFresh, wantsNone } from '../etag.ts';
import { viewAt } from '../inventory-view.ts';
import { parseQuery } from '../parameters/parse.ts';
import { databaseQuery } from '../parameters/route-parameters.ts';

/**
 * `GET database`: 307 to the compressed file with a link that works for ten minutes. With `inline=true`, where no such link can be
 * made, or where the newest file is damaged, the SQLite file itself, with `Range`.
 */
export const getDatabase: Handler = async (request, _parameters, context) => {
  const { inline } = parseQuery(databaseQuery, request);
  const link = inline === true ? null : await context.databaseLink(deadline());
  if (link === null) return answerFile(request, context);
  return new Response(null, {
    status: 307,
    headers: { location: link, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
};

async function answerFile(request: IncomingRequest, context: HttpContext): Promise<Response> {
  using published = await context.currentDatabase(deadline());
  // The version counts: a file of an older schema is brought to the newest before it is served.
  const etag = etagOf('database', context.version, published.etag, String(published.damaged));
  if (isFresh(request, etag) || wantsNone(request)) return notModified(etag);
  const path = published.database.location();
  if (path === null) throw new Error('The inventory is open, but not from a file');
  // An open file can be read to its end, whatever happens to its name when another one is published.
  const file = await open(path);
  try {
    return answerRange(request, file, (await file.stat()).size, { ...headersOf(published), etag });
  } catch (error) {
    await file.close();
    throw error;
  }
}

function headersOf(published: PublishedDatabase): Record<string, string> {
  const { asOf, completenessOf } = viewAt(published, undefined, null);
  return {
    ...inventoryHeaders({ asOf, completeness: completenessOf(allKinds, {}) }),
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    'content-type': 'application/vnd.sqlite3',
    'content-disposition': `attachment; filename="inventory-${asOf.runId}.sqlite"`,
  };
}

function answerRange(
  request: IncomingRequest,
  file: FileHandle,
  size: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const condition = request.headers.get('if-range');
  const header = condition === null || condition === headers.etag ? request.headers.get('range') : null;
  const range = byteRange(header, size);
  if (range === 'unsatisfiable') {
    void file.close();
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const body = Readable.toWeb(file.createReadStream({ start: first, end: last }));
  const length = { 'content-length': String(last - first + 1) };
  if (range === null) return new Response(body, { headers: { ...headers, ...length } });
  const contentRange = { 'content-range': `bytes ${first}-${last}/${size}` };
  return new Response(body, { status: 206, headers: { ...headers, ...length, ...contentRange } });
}
