import type { IncomingRequest } from './context.ts';

export type ContentEncoding = 'br' | 'gzip' | 'identity';

/** A client names few encodings. More are not read. */
const mostNamed = 32;

/**
 * The encoding that the client prefers among those offered, by its `Accept-Encoding`. At equal preference the first one
 * offered wins, and any of them before `identity`.
 * @returns `identity` where the client accepts none of them, or sent no such header
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding
 */
export function preferredEncoding(
  request: IncomingRequest,
  offered: readonly Exclude<ContentEncoding, 'identity'>[],
): ContentEncoding {
  const qualities = qualitiesOf(request.headers.get('accept-encoding') ?? '');
  const others = qualities.get('*');
  let best: ContentEncoding = 'identity';
  let bestQuality = qualities.get('identity') ?? 0;
  for (const encoding of offered) {
    const quality = qualities.get(encoding) ?? others ?? 0;
    const wins = quality > bestQuality || (quality === bestQuality && quality > 0 && best === 'identity');
    if (!wins) continue;
    best = encoding;
    bestQuality = quality;
  }
  return best;
}

/** From 0 (not accepted) to 1, by encoding. What cannot be read counts as not accepted. */
function qualitiesOf(header: string): ReadonlyMap<string, number> {
  const qualities = new Map<string, number>();
  for (const item of header.split(',', mostNamed)) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (name === '') continue;
    const given = parameters.find((parameter) => /^q\s*=/.test(parameter));
    const text = given === undefined ? '1' : given.replace(/^q\s*=\s*/, '');
    const quality = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
    qualities.set(name === 'x-gzip' ? 'gzip' : name, quality);
  }
  return qualities;
}
