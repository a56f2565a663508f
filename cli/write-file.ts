import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InventoryError } from '../lib/errors.ts';
import { UsageError } from './usage-error.ts';

/**
 * Writes a file as its pieces are made. The file has another name until it is complete, so an existing file stays until
 * then and readers never see a part.
 * @throws {UsageError} the path exists and is not a file
 * @throws {InventoryError} `FileNotWritten`
 */
export async function writeFile(path: string, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const place = await placeOf(path);
  const unfinished = `${place}.${process.pid}.unfinished`;
  try {
    await writeWhole(unfinished, pieces, signal);
    await rename(unfinished, place);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof InventoryError || !isSystemError(error)) throw error;
    throw new InventoryError('FileNotWritten', `${path} could not be written: ${error.message}`, { cause: error });
  }
}

async function writeWhole(path: string, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  await using file = await open(path, 'wx');
  for (const piece of pieces) {
    if (piece.byteLength > 0) await file.writeFile(piece);
    // Without this pause, Ctrl-C would take effect only at the end.
    await nextTurn();
    signal.throwIfAborted();
  }
  await file.sync();
}

/** The path of the file itself: for a link, its target. */
async function placeOf(path: string): Promise<string> {
  try {
    if ((await stat(path)).isFile()) return await realpath(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return path;
    throw error;
  }
  throw new UsageError('InvalidOption', `--out is '${path}', which is not a file`);
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
