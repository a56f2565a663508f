import { Buffer } from 'node:buffer';

const parameter = '$skiptoken';

/** Where a list request starts: from its `$skiptoken`, 0 without one; null when the token is none of ours. */
export function skipTokenOffset(url: URL): number | null {
  const token = findSkipToken(url);
  if (token === null) return 0;
  const match = /^o:(\d+)(:\w+)?$/.exec(Buffer.from(token, 'base64url').toString());
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** The same list from `offset` on, as an absolute URL on the origin that was asked. */
export function nextLinkAt(url: URL, offset: number): string {
  return withSkipToken(url, `o:${offset}`);
}

/** The same page under another URL. The mark says nothing to paging; faults use it to make a link differ. */
export function markSkipToken(url: URL, mark: string): string {
  return withSkipToken(url, `o:${skipTokenOffset(url) ?? 0}:${mark}`);
}

export function skipTokenMark(url: URL): string | null {
  const token = Buffer.from(findSkipToken(url) ?? '', 'base64url').toString();
  return token.split(':')[2] ?? null;
}

function withSkipToken(url: URL, text: string): string {
  const next = new URL(url);
  for (const name of [...next.searchParams.keys()]) {
    if (name.toLowerCase() === parameter) next.searchParams.delete(name);
  }
  next.searchParams.append(parameter, Buffer.from(text).toString('base64url'));
  return next.href;
}

/** Azure's own parameters are not case-sensitive. */
function findSkipToken(url: URL): string | null {
  for (const [name, value] of url.searchParams) if (name.toLowerCase() === parameter) return value;
  return null;
}
