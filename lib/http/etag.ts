import { createHash } from 'node:crypto';
import type { IncomingRequest } from './context.ts';

/** A strong ETag: equal for equal parts only. */
export function etagOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `"${hash.digest('base64url').slice(0, 27)}"`;
}

/**
 * Whether the client has this answer already. `If-None-Match` compares weakly, so `W/` does not count.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function isFresh(request: IncomingRequest, etag: string): boolean {
  return ifNoneMatch(request).includes(etag);
}

/**
 * Whether the client sent `If-None-Match: *`: any existing object gets 304. Check it after the 404 of a missing one.
 */
export function wantsNone(request: IncomingRequest): boolean {
  return ifNoneMatch(request).includes('*');
}

function ifNoneMatch(request: IncomingRequest): string[] {
  const header = request.headers.get('if-none-match');
  return header === null ? [] : header.split(',').map((candidate) => candidate.trim().replace(/^W\//, ''));
}
