import { streamPieces } from './stream.ts';

/** Large enough that few turns are needed, small enough that other requests get theirs. */
const chunkLength = 64 * 1024;

/**
 * Sends text as it is made. Between two chunks everything else has its turn, so a long answer doesn't hold up short ones.
 * @param onEnd called once: after the last piece, when making one failed, or when nobody wants more
 */
export function streamText(pieces: Iterable<string>, onEnd: () => void): ReadableStream<Uint8Array> {
  return streamPieces(chunksOf(pieces), onEnd);
}

function* chunksOf(pieces: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < chunkLength) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}
