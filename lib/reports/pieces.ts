/** A report or an answer as bytes. An empty piece is a pause: the work continues, and other work may run. */
export type Pieces = Iterable<Uint8Array>;

/** Large enough for few writes, small enough for other work to run in between. */
const pieceLength = 65_536;
export const pause: Uint8Array = new Uint8Array(0);

/** Text as UTF-8, in large pieces. An empty string is a pause. */
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
