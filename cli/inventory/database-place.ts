import { type Stats, statSync } from 'node:fs';
import { containerUrlForm, readContainerUrl, shownUrl } from '../../lib/container-url.ts';
import { InventoryError } from '../../lib/errors.ts';
import type { CloudName } from '../../lib/settings.ts';
import { UsageError } from '../usage-error.ts';

/** Whether `--database` is an address rather than the path of a file. */
export function isUrl(place: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:\/|file:)/i.test(place);
}

/**
 * The address of a container.
 * @throws {UsageError} `InvalidOption`: of something else
 */
export function containerUrl(place: string, cloud: CloudName): string {
  if (readContainerUrl(place, cloud) !== null) return place;
  throw new UsageError(
    'InvalidOption',
    `--database is '${shownUrl(place)}'; allowed: ${containerUrlForm[cloud]}, or the path of a file`,
  );
}

/**
 * The path of a database that is there.
 * @throws {UsageError} `InvalidOption`: of what is no file
 * @throws {InventoryError} `NoDatabase`
 */
export function existing(path: string): string {
  if (statusOf(path) !== undefined) return path;
  const option = path === 'inventory.sqlite' ? '' : ` --database ${path}`;
  throw new InventoryError('NoDatabase', `There is no database ${path} yet`, {
    hint: `Run: vm-identities collect${option}`,
  });
}

/**
 * The path of a database that is there or can be made there.
 * @throws {UsageError} `InvalidOption`: of what is no file
 */
export function toBeWritten(path: string): string {
  statusOf(path);
  return path;
}

/** SQLite has names that are no files: what is written there is gone in the end. https://www.sqlite.org/inmemorydb.html */
function statusOf(path: string): Stats | undefined {
  if (path === '' || path === ':memory:') {
    throw new UsageError(
      'InvalidOption',
      `--database is '${path}'; allowed: the path of a file, or the URL of a container`,
    );
  }
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isFile() === false) {
    throw new UsageError('InvalidOption', `--database is '${path}', which is there and is no file`);
  }
  return status;
}

/**
 * Does something with the database in a file. What SQLite finds wrong with it later than at the start is said with its name.
 * @throws {InventoryError} `DatabaseFailed`
 */
export async function withFile<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  try {
    return await use(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')) throw error;
    throw new InventoryError('DatabaseFailed', `The database ${path} failed: ${error.message}`, {
      hint: 'Where the file is damaged, take a copy of it from before, or collect into a new one: --database FILE',
      cause: error,
    });
  }
}
