import { Zip } from 'fflate';
import { pause, toPieces } from '../pieces.ts';
import { deflatedFile } from './deflated-file.ts';

/** Sizes of an archive without the 64-bit extension. */
const sizeLimit = 2 ** 32 - 1;

interface ZipEntry {
  readonly path: string;
  readonly text: Iterable<string>;
}

/**
 * A ZIP archive of text files, compressed as it is made: memory does not grow with their size.
 * @throws {Error} it grows past 4 GiB, which spreadsheets could not open
 */
export function* zip(entries: Iterable<ZipEntry>): Generator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const archive = new Zip((error, piece) => {
    if (error !== null) throw error;
    ready.push(piece);
  });
  let written = 0;
  for (const { path, text } of entries) {
    const file = deflatedFile(path);
    archive.add(file);
    let read = 0;
    for (const piece of toPieces(text)) {
      read += piece.byteLength;
      if (read > sizeLimit || written > sizeLimit) throw new Error('The workbook has grown past 4 GiB');
      file.push(piece);
      written += ready.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (ready.length === 0) yield pause;
      yield* ready.splice(0);
    }
    file.end();
    yield* ready.splice(0);
  }
  archive.end();
  yield* ready.splice(0);
}
