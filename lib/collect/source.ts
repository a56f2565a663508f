import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSource } from '../azure/store/inventory-store.ts';
import { openSourceContainer } from '../azure/store/open-store.ts';
import type { TokenSource } from '../azure/token-source.ts';
import { type Database, openForReading } from '../database/database.ts';
import { InventoryError, type Reason, toReason } from '../errors.ts';
import type { Environment, Settings } from '../settings.ts';
import { fetchDatabase } from './database-file.ts';

/** The inventory of another deployment, which a run takes in. */
export interface Source {
  /** Address of its container, or its file: what the ledger says. */
  readonly name: string;
  /**
   * Its newest state, checked.
   * @param path for a file that is thrown away
   * @throws {InventoryError} it cannot be reached, is damaged, or of another schema version
   */
  open(path: string, signal: AbortSignal): Promise<Database>;
}

/**
 * The deployments that are named, by the address of a container or by a file. Nothing is sent yet.
 * @param tokens of the identity that reads the containers
 * @throws {InvalidSettingError} not the address of a container
 */
export function sourcesOf(
  names: readonly string[],
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
): readonly Source[] {
  const trimmed = new Set(names.map((name) => name.replace(/\/+$/, '')));
  return [...trimmed].map((name) =>
    /^https?:/i.test(name)
      ? publishedSource(openSourceContainer(name, settings, environment, tokens), name)
      : { name, open: async () => openChecked(name, name) },
  );
}

/** What a deployment has published. */
export function publishedSource(store: DatabaseSource, name: string = store.url): Source {
  return {
    name,
    async open(path, signal) {
      const found = await store.latest.read(signal);
      if (found === null) {
        throw new InventoryError('InventoryNotReady', `There is no inventory in ${name} yet`, {
          hint: 'Check the address; it is there after the first run of that deployment',
        });
      }
      await fetchDatabase(store, found.latest, path, signal);
      return openChecked(path, name);
    },
  };
}

function openChecked(path: string, name: string): Database {
  try {
    const database = openForReading(path);
    // one state of it, whoever writes to the file meanwhile
    database.exec('BEGIN');
    return database;
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    const hints: Readonly<Record<string, string>> = {
      OlderDatabase: 'Update vm-identities there; its next run migrates the database',
      NewerDatabase: 'Update vm-identities here: it is older than the one that wrote this',
    };
    const hint = hints[error.code] ?? 'Check the address or the file';
    throw new InventoryError(error.code, `${name} cannot be taken in: ${error.message}`, { hint, cause: error });
  }
}

/** A source that a run has looked at: open until it ends, or why it is not. */
export type LookedAt =
  | { readonly name: string; readonly database: Database }
  | { readonly name: string; readonly failure: Reason };

/** Sources that are open until disposed of. */
export interface OpenSources extends AsyncDisposable {
  readonly all: readonly LookedAt[];
}

/**
 * Opens sources, one after another. One that cannot be used says so and holds no other up.
 * @param folder for throw-away files; made when missing
 */
export async function openSources(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<OpenSources> {
  await mkdir(folder, { recursive: true });
  const all: LookedAt[] = [];
  const paths: string[] = [];
  const close = async (): Promise<void> => {
    for (const one of all) if ('database' in one) one.database.close();
    for (const path of paths) await rm(path, { force: true });
  };
  for (const [index, { name, open }] of sources.entries()) {
    const path = join(folder, `source-${process.pid}-${index}.sqlite`);
    paths.push(path);
    try {
      all.push({ name, database: await open(path, signal) });
    } catch (error) {
      if (signal.aborted || !(error instanceof InventoryError)) {
        await close();
        throw error;
      }
      all.push({ name, failure: toReason(error) });
    }
    onProgress();
  }
  return { all, [Symbol.asyncDispose]: close };
}
