import { InventoryError } from '../errors.ts';

/** https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13;

/**
 * Runs work that writes temporary files.
 * @param what is written, for the message
 * @throws {InventoryError} `DiskFull`; what the work throws
 */
export async function namingFullDisk<T>(what: string, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new InventoryError('DiskFull', `The disk of ${folder} is full: ${what} did not fit`, {
      hint: 'Free space there, or use a larger disk. The disk limits the size of the database: lower INVENTORY_RETENTION_DAYS, or split the inventory by INVENTORY_SUBSCRIPTIONS over several apps',
      cause: error,
    });
  }
}

/** As Node or SQLite reports it. */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ENOSPC') || ('errcode' in error && error.errcode === sqliteFull);
}

/** What zlib reports of compressed data: it ends early, or it is damaged. @returns null for any other error */
export function compressionFault(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'it is cut off';
  return /^(Z_|ZSTD_)/.test(code) ? 'it is not compressed, or damaged' : null;
}
