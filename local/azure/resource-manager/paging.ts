import { Buffer } from 'node:buffer';

const parameter = '$skiptoken';

/** The offset at which a list request starts, from its `$skiptoken`: 0 without one, null for a foreign one. */
export function skipTokenOffset(url: URL): number | null {
  const token = findSkipToken(url);
  if (token === null) return 0;
  const match = /^o:(\d+)(:\w+)?$/.exec(Buffer.from(token, 'base64url').toString());
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** The same list from `offset` on, as an absolute URL on the requested origin. */
export function nextLinkAt(url: URL, offset: number): string {
  return withSkipToken(url, `o:${offset}`);
}

/** The same page under another URL. Paging ignores the label; faults use it to make links differ. */
export function labelSkipToken(url: URL, label: string): string {
  return withSkipToken(url, `o:${skipTokenOffset(url) ?? 0}:${label}`);
}

export function skipTokenLabel(url: URL): string | null {
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
