import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { notModified } from '../answer.ts';
import { inventoryHeaders } from '../answer-list.ts';
import type { HttpContext, IncomingRequest, PublishedDatabase } from '../context.ts';
import { deadline } from '../deadline.ts';
import { etagOf, isFresh, wantsNone } from '../etag.ts';
import { viewAt } from '../inventory-view.ts';
import type { databaseQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';

/**
 * 307 to the compressed file, with a link that works for ten minutes. Answers with the SQLite file itself, with
 * `Range`, for `inline=true`, where no link can be made, and where the newest file is damaged.
 */
export async function getDatabase({
  request,
  context,
  query,
}: CheckedRequest<typeof databaseQuery>): Promise<Response> {
  const link = query.inline === true ? null : await context.databaseLink(deadline());
  if (link === null) return answerFile(request, context);
  return new Response(null, {
    status: 307,
    headers: { location: link, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

async function answerFile(request: IncomingRequest, context: HttpContext): Promise<Response> {
  using published = await context.currentDatabase(deadline());
  // The version counts: a file of an older schema is migrated before it is served.
  const etag = etagOf('database', context.version, published.etag, String(published.damaged));
  if (isFresh(request, etag) || wantsNone(request)) return notModified(etag);
  const path = published.database.location();
  if (path === null) throw new Error('The inventory is open, but not from a file');
  // An open file can be read to its end, even when the next publication removes its name.
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
  sizeBytes: number,
  headers: Readonly<Record<string, string>>,
): Response {
  const condition = request.headers.get('if-range');
  const header = condition === null || condition === headers.etag ? request.headers.get('range') : null;
  const range = byteRange(header, sizeBytes);
  if (range === 'unsatisfiable') {
    void file.close();
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${sizeBytes}` } });
  }
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  const body = Readable.toWeb(file.createReadStream({ start: first, end: last }));
  const length = { 'content-length': String(last - first + 1) };
  if (range === null) return new Response(body, { headers: { ...headers, ...length } });
  const contentRange = { 'content-range': `bytes ${first}-${last}/${sizeBytes}` };
  return new Response(body, { status: 206, headers: { ...headers, ...length, ...contentRange } });
}

/**
 * The first and last byte, both inclusive, of a `Range` header with one range. Ignores several ranges and units other
 * than bytes, as the standard allows.
 * @returns null: send the whole file; `unsatisfiable`: answer 416
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range
 */
function byteRange(
  header: string | null,
  sizeBytes: number,
): { readonly first: number; readonly last: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return null;
  if (from === '') {
    const length = Math.min(Number(to), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const first = Number(from);
  if (first >= sizeBytes) return 'unsatisfiable';
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return last < first ? null : { first, last };
}
