import { createHash } from 'node:crypto';
import type { IncomingRequest } from './context.ts';

/** A strong entity tag: the same for the same parts only. */
export function etagOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `"${hash.digest('base64url').slice(0, 27)}"`;
}

/**
 * Whether the client has this already. `If-None-Match` compares weakly, so `W/` doesn't count.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function isFresh(request: IncomingRequest, etag: string): boolean {
  const given = request.headers.get('if-none-match');
  if (given === null) return false;
  return given.split(',').some((candidate) => ['*', etag].includes(candidate.trim().replace(/^W\//, '')));
}
