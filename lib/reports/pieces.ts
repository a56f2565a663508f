/** A report on its way out. An empty piece says that work goes on: whoever waits may do something else. */
export type Pieces = Iterable<Uint8Array>;

/** Few enough writes, and small enough that others have their turn between two. */
const pieceLength = 65_536;
export const pause: Uint8Array = new Uint8Array(0);

/** Text as UTF-8, in pieces of some size; an empty string is a pause. */
export function* toPieces(text: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let gathered = '';
  for (const part of text) {
    if (part === '') yield pause;
    gathered += part;
    if (gathered.length < pieceLength) continue;
    yield encoder.encode(gathered);
    gathered = '';
  }
  if (gathered !== '') yield encoder.encode(gathered);
}
