import { createHash, hash } from 'node:crypto';
import type { IncomingRequest } from './context.ts';

/** A strong ETag: equal for equal texts only. One call of `hash` takes a third of the time of `createHash`. */
export function etagOf(...texts: readonly string[]): string {
  return quoted(hash('sha256', `${texts.join('\0')}\0`, 'base64url'));
}

/** A strong ETag: equal for equal bytes only. @param encoding of the answer with these bytes */
export function etagOfBytes(bytes: Uint8Array, encoding: 'gzip' | 'identity' = 'identity'): string {
  return quoted(createHash('sha256').update(bytes).update(`\0${encoding}`).digest('base64url'));
}

function quoted(digest: string): string {
  return `"${digest.slice(0, 27)}"`;
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
