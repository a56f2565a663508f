import { withTimeout } from '../async/with-timeout.ts';
import type { DatabaseSource } from '../azure/store/open-store.ts';
import { openSourceContainer } from '../azure/store/open-store.ts';
import { storeTimedOut } from '../azure/store/storage-error.ts';
import type { TokenSource } from '../azure/token-source.ts';
import type { Database } from '../database/database.ts';
import { InventoryError, type Reason } from '../errors.ts';
import { fetchNewestUsable } from '../published/fetch-newest.ts';
import type { Environment, Settings } from '../settings.ts';
import { openSource } from './open-source.ts';

/** The inventory of another deployment, which a run takes in. */
export interface Source {
  /** Address of its container: what the ledger says. */
  readonly name: string;
  /**
   * Its newest state, checked.
   * @param path for a file that is thrown away
   * @throws {InventoryError} it cannot be reached, is damaged, or of another schema version
   */
  open(path: string, signal: AbortSignal): Promise<OpenedSource>;
}

export interface OpenedSource {
  readonly database: Database;
  /** Why this is the state before the newest: nothing of it counts as complete. null = it is the newest. */
  readonly damage: Reason | null;
}

/** How long a source may take, in milliseconds: one that does not answer must not hold up the run. */
export interface SourceLimits {
  readonly pointerMs: number;
  readonly databaseMs: number;
}

const usualLimits: SourceLimits = { pointerMs: 30_000, databaseMs: 300_000 };
/** Its file, and what the inventory grows by when all of it is taken in. */
const copies = 2;

/**
 * The deployments that `INVENTORY_SOURCES` names. Nothing is sent yet.
 * @param tokens of the identity that reads the containers
 * @throws {InvalidSettingError} not the address of a container
 */
export function sourcesOf(settings: Settings, environment: Environment, tokens: TokenSource): readonly Source[] {
  return settings.sources.map((url) => publishedSource(openSourceContainer(url, settings, environment, tokens), url));
}

/** What a deployment has published. */
export function publishedSource(
  store: DatabaseSource,
  name: string = store.url,
  limits: SourceLimits = usualLimits,
): Source {
  return {
    name,
    async open(path, signal) {
      const { pointerMs, databaseMs } = limits;
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
          `There is no inventory in ${name}: no such container, or no run has ended there yet`,
          {
            hint: 'Check the address (output databaseContainerUrl of that deployment); POST /api/runs there starts a run',
          },
        );
      }
      const download = (limited: AbortSignal) => fetchNewestUsable(store, found.latest, path, limited, copies);
      const damage = await withTimeout(download, databaseMs, signal, (cause) => {
        throw storeTimedOut(`The database of ${name} was not downloaded`, databaseMs, cause);
      });
      return { database: openChecked(path, name), damage: damage === null ? null : older(name, damage) };
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
    // the throw-away file's name says nothing to anybody
    throw new InventoryError({ given: error.code }, error.message.replaceAll(path, `the database of ${name}`), {
      hint,
      cause: error,
    });
  }
}
