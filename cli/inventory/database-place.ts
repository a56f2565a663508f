import { type Stats, statSync } from 'node:fs';
import { containerUrlForm, readContainerUrl, shownUrl } from '../../lib/container-url.ts';
import { InventoryError } from '../../lib/errors.ts';
import { shellWord } from '../../lib/inventory/commands/shell-word.ts';
import type { CloudName } from '../../lib/settings.ts';
import { UsageError } from '../usage-error.ts';

/** Whether `--database` is a URL, not the path of a file. */
export function isUrl(place: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:\/|file:)/i.test(place);
}

/**
 * The URL of a container.
 * @throws {UsageError} `InvalidOption`: it is the URL of something else
 */
export function containerUrl(place: string, cloud: CloudName): string {
  if (readContainerUrl(place, cloud) !== null) return place;
  throw new UsageError(
    'InvalidOption',
    `--database is '${shownUrl(place)}'; allowed: ${containerUrlForm[cloud]}, or the path of a file`,
  );
}

/**
 * The path of an existing database.
 * @throws {UsageError} `InvalidOption`: the path is not a file
 * @throws {InventoryError} `NoDatabase`
 */
export function existing(path: string): string {
  if (statusOf(path) !== undefined) return path;
  const option = path === 'inventory.sqlite' ? '' : ` --database ${shellWord(path)}`;
  throw new InventoryError('NoDatabase', `The database ${path} does not exist`, {
    hint: `Check the path, or run: vm-identities collect${option}`,
  });
}

/**
 * The path of a database that exists or can be created.
 * @throws {UsageError} `InvalidOption`: the path is not a file
 */
export function toBeWritten(path: string): string {
  statusOf(path);
  return path;
}

/** Refuses the names that SQLite keeps in memory, where a run would be lost. https://www.sqlite.org/inmemorydb.html */
function statusOf(path: string): Stats | undefined {
  if (path === '' || path === ':memory:') {
    throw new UsageError(
      'InvalidOption',
      `--database is '${path}'; allowed: the path of a file, or the URL of a container`,
    );
  }
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isFile() === false) {
    throw new UsageError('InvalidOption', `--database is '${path}', which is not a file`);
  }
  return status;
}

/**
 * Uses the database in a file. An error of SQLite gets the path of the file.
 * @throws {InventoryError} `DatabaseFailed`
 */
export async function withFile<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  try {
    return await use(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')) throw error;
    throw new InventoryError('DatabaseFailed', `The database ${path} failed: ${error.message}`, {
      hint: 'If the file is damaged, restore an older copy or collect into a new file: --database FILE',
      cause: error,
    });
  }
}
