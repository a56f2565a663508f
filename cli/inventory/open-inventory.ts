import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import type { AsOf } from '../../lib/inventory/query.ts';
import type { CommandContext } from '../command.ts';
import { reasonText } from '../messages.ts';
import { containerUrl, existing, isUrl, withFile } from './database-place.ts';

/** The inventory as it was at a run. */
export interface Inventory {
  readonly database: Database;
  readonly asOf: AsOf;
  /** The newest published file could not be used, this is the one before: no answer is complete. */
  readonly damaged: boolean;
}

/**
 * Opens the inventory that `--database` names for as long as `use` takes.
 * @param asOf a run id or a time; undefined = the newest run
 * @throws {InventoryError} `NoDatabase`, `InventoryNotReady`, what opening and downloading throw
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 */
export async function withInventory<T>(
  context: CommandContext,
  asOf: string | undefined,
  use: (inventory: Inventory) => Promise<T>,
): Promise<T> {
  const { messages } = context;
  return withDatabase(context, async ({ database, damaged }) => {
    const at = resolveAsOf(database, asOf ?? null);
    messages.detail(`The inventory is that of run ${at.runId}, finished at ${at.finishedAt}`);
    return use({ database, asOf: at, damaged });
  });
}

/** As {@link withInventory}, whatever runs it has. */
export async function withDatabase<T>(
  context: CommandContext,
  use: (opened: Pick<Inventory, 'database' | 'damaged'>) => Promise<T>,
): Promise<T> {
  const { database: place } = context.options;
  if (isUrl(place)) return withPublished(context, place, use);
  return withFile(existing(place), async (path) => {
    const database = openForReading(path);
    try {
      return await use({ database, damaged: false });
    } finally {
      database.close();
    }
  });
}

async function withPublished<T>(
  { settings, environment, signal, messages }: CommandContext,
  place: string,
  use: (opened: Pick<Inventory, 'database' | 'damaged'>) => Promise<T>,
): Promise<T> {
  const [{ openPublishedInventory }, { createDatabaseReader }, { createTokenSource }] = await Promise.all([
    import('../../lib/azure/store/open-store.ts'),
    import('../../lib/published/current-database.ts'),
    import('../../lib/azure/token-source.ts'),
  ]);
  const url = containerUrl(place, settings.cloud);
  const folder = await mkdtemp(join(tmpdir(), 'vm-identities-'));
  const reader = createDatabaseReader(
    openPublishedInventory(url, settings, createTokenSource(settings, environment)),
    folder,
    (reason) => messages.line(`warning: ${reasonText(reason)}`),
  );
  try {
    messages.detail(`Downloading the newest database of ${url}`);
    const current = await reader.current(signal);
    if (current.damaged) {
      const newest = `the newest database, of run ${current.latest.runId},`;
      messages.line(`warning: ${newest} is damaged; this is the one before, so nothing is complete`);
    }
    return await use(current);
  } finally {
    await reader.close();
    await rm(folder, { recursive: true, force: true });
  }
}
