import { InventoryError } from '../errors.ts';

/** https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13;

/**
 * Does work that writes throw-away files.
 * @param what is written, for the message
 * @throws {InventoryError} `DiskFull`; what the work throws
 */
export async function writing<T>(what: string, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new InventoryError('DiskFull', `The disk of ${folder} is full: ${what} did not fit`, {
      hint: 'Free space there, or give it a larger disk. It bounds the database: lower INVENTORY_RETENTION_DAYS, or split the inventory by INVENTORY_SUBSCRIPTIONS over several apps',
      cause: error,
    });
  }
}

/** As Node says it, or SQLite. */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ENOSPC') || ('errcode' in error && error.errcode === sqliteFull);
}
