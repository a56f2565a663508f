import { createHash } from 'node:crypto';
import type { IncomingRequest } from './context.ts';

/** A strong entity tag: the same for the same parts only. */
export function etagOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `"${hash.digest('base64url').slice(0, 27)}"`;
}

/**
 * Whether the client has this very answer already. `If-None-Match` compares weakly, so `W/` doesn't count.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function isFresh(request: IncomingRequest, etag: string): boolean {
  return given(request).includes(etag);
}

/** Whether any answer is as good as none to the client (`*`). To be asked when there is one: what is not there is 404 all the same. */
export function wantsNone(request: IncomingRequest): boolean {
  return given(request).includes('*');
}

function given(request: IncomingRequest): string[] {
  const header = request.headers.get('if-none-match');
  return header === null ? [] : header.split(',').map((candidate) => candidate.trim().replace(/^W\//, ''));
}
