import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withTimeout } from '../async/with-timeout.ts';
import { type DatabaseSource, openSourceContainer } from '../azure/store/open-store.ts';
import { storeTimedOut } from '../azure/store/storage-error.ts';
import type { TokenSource } from '../azure/token.ts';
import type { Database } from '../database/database.ts';
import { InventoryError, type Reason, toReason } from '../errors.ts';
import { fetchNewestUsable } from '../published/database-file.ts';
import type { Environment, Settings } from '../settings.ts';
import { openSource } from './open-source.ts';

/** The inventory of another deployment that a run takes in. */
export interface Source {
  /** Address of its container, as the ledger names it. */
  readonly name: string;
  /**
   * Downloads its newest state and checks it.
   * @param path for a temporary file
   * @throws {InventoryError} it cannot be reached, is damaged, or of another schema version
   */
  open(path: string, signal: AbortSignal): Promise<OpenedSource>;
}

export interface OpenedSource {
  readonly database: Database;
  /** Why this is the state before the newest, so that nothing of it counts as complete; null = it is the newest. */
  readonly damage: Reason | null;
  /** How long reading it may take, in milliseconds. */
  readonly readMs: number;
}

/** How long the parts of a source may take. One that does not respond, or is slow to read, must not stop the run. */
export interface SourceLimits {
  readonly pointerMs: number;
  readonly databaseMs: number;
  readonly readMs: number;
}

const usualLimits: SourceLimits = { pointerMs: 30_000, databaseMs: 300_000, readMs: 300_000 };
/** Its file, and the growth of the inventory that takes all of it in. */
const copies = 2;

/**
 * The deployments that `INVENTORY_SOURCES` names. This sends no request.
 * @param tokens of the identity that reads the containers
 * @throws {InvalidSettingError} not the address of a container
 */
export function sourcesOf(settings: Settings, environment: Environment, tokens: TokenSource): readonly Source[] {
  return settings.sources.map((url) => publishedSource(openSourceContainer(url, settings, environment, tokens), url));
}

/** A deployment as a source. @internal for tests */
export function publishedSource(
  store: DatabaseSource,
  name: string = store.url,
  limits: SourceLimits = usualLimits,
): Source {
  return {
    name,
    async open(path, signal) {
      const { pointerMs, databaseMs, readMs } = limits;
      const found = await withTimeout(
        (limited) => store.latest.read(limited),
        pointerMs,
        signal,
        (cause) => {
          throw storeTimedOut(`${name} did not respond`, pointerMs, cause);
        },
      );
      if (found === null) {
        throw new InventoryError(
          'InventoryNotReady',
          `There is no inventory in ${name}: no such container, or no run has published there yet`,
          {
            hint: 'Check the address (output databaseContainerUrl of that deployment); POST /api/runs there starts a run',
          },
        );
      }
      const download = (limited: AbortSignal) => fetchNewestUsable(store, found.latest, path, limited, copies);
      const damage = await withTimeout(download, databaseMs, signal, (cause) => {
        throw storeTimedOut(`The database of ${name} was not downloaded`, databaseMs, cause);
      });
      return { database: openChecked(path, name), damage: damage === null ? null : older(name, damage), readMs };
    },
  };
}

function older(name: string, { message, hint }: InventoryError): Reason {
  return { code: 'SourceDamaged', message: `${name} is shown as it was before its newest run: ${message}`, hint };
}

function openChecked(path: string, name: string): Database {
  try {
    return openSource(path);
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    const hints: Readonly<Record<string, string>> = {
      OlderDatabase: 'Update vm-identities there; its next run migrates the database',
      NewerDatabase: 'Update vm-identities here: it is older than the one that wrote this',
    };
    const hint = hints[error.code] ?? 'Check the address: is this the container of a deployment?';
    // The name of the temporary file would confuse the reader.
    throw new InventoryError({ given: error.code }, error.message.replaceAll(path, `the database of ${name}`), {
      hint,
      cause: error,
    });
  }
}

/** A source that a run has looked at: its open database, or why there is none. */
export type LookedAt = ({ readonly name: string } & OpenedSource) | { readonly name: string; readonly failure: Reason };

/**
 * Opens sources one after another, because each must leave room for the next. A source that cannot be used reports why
 * and never stops the run. They stay open until disposal, which also removes their files.
 * @param folder for temporary files; made when missing
 */
export async function openSources(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal,
  onProgress?: () => void,
): Promise<AsyncDisposable & { readonly all: readonly LookedAt[] }> {
  await mkdir(folder, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const all: LookedAt[] = [];
  for (const [index, { name, open }] of sources.entries()) {
    const path = join(folder, `source-${process.pid}-${index}.sqlite`);
    opened.defer(() => rm(path, { force: true }));
    try {
      const source = await open(path, signal);
      opened.use(source.database);
      all.push({ name, ...source });
    } catch (error) {
      signal.throwIfAborted();
      await rm(path, { force: true });
      all.push({ name, failure: toReason(error) });
    }
    onProgress?.();
  }
  const stack = opened.move();
  return { all, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
