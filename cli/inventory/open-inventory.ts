import { tmpdir } from 'node:os';
import { type Database, openForReading } from '../../lib/database/database.ts';
import { beginsAfterItsEnd, resolveAsOf, resolveChangeRange } from '../../lib/database/queries/as-of.ts';
import { makePrivateFolder } from '../../lib/files/private-folder.ts';
import type { AcceptedFinding } from '../../lib/inventory/finding.ts';
import type { AsOf, ChangeRange } from '../../lib/inventory/query.ts';
import type { CommandContext } from '../command.ts';
import { reasonText } from '../messages.ts';
import { UsageError } from '../usage-error.ts';
import { containerUrl, existing, isUrl, withFile } from './database-place.ts';

/** The inventory as it was at a run. */
export interface Inventory {
  readonly database: Database;
  readonly asOf: AsOf;
  /** The newest published file is damaged and this is the one before: no answer is complete. */
  readonly damaged: boolean;
}

/**
 * Opens the inventory that `--database` names while `use` runs.
 * @param asOf a run id or a time; undefined = the newest run
 * @throws {InventoryError} `NoDatabase`, `InventoryNotReady`, and the errors of opening and downloading
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 */
export async function withInventory<T>(
  context: CommandContext,
  asOf: string | undefined,
  use: (inventory: Inventory) => Promise<T>,
): Promise<T> {
  return withDatabase(context, async ({ database, damaged }) => {
    const at = resolveAsOf(database, asOf ?? null);
    context.messages.detail(`The inventory is that of run ${at.runId}, finished at ${at.finishedAt}`);
    return use({ database, asOf: at, damaged });
  });
}

/** As {@link withInventory}, without choosing a run. */
export async function withDatabase<T>(
  context: CommandContext,
  use: (opened: Pick<Inventory, 'database' | 'damaged'>) => Promise<T>,
): Promise<T> {
  const { database: place } = context.options;
  if (isUrl(place)) return withPublished(context, place, use);
  return withFile(existing(place), async (path) => {
    using database = openForReading(path);
    return await use({ database, damaged: false });
  });
}

async function withPublished<T>(
  { settings, environment, signal, messages }: CommandContext,
  place: string,
  use: (opened: Pick<Inventory, 'database' | 'damaged'>) => Promise<T>,
): Promise<T> {
  const [{ openPublishedInventory }, { createDatabaseReader }, { createTokenSource }] = await Promise.all([
    import('../../lib/azure/store/open-store.ts'),
    import('../../lib/published/database-reader.ts'),
    import('../../lib/azure/token-source.ts'),
  ]);
  const url = containerUrl(place, settings.cloud);
  await using folder = await makePrivateFolder(tmpdir(), 'vm-identities-');
  const reader = createDatabaseReader(
    openPublishedInventory(url, settings, createTokenSource(settings, environment)),
    folder.path,
    (reason) => messages.line(`warning: ${reasonText(reason)}`),
  );
  try {
    messages.detail(`Downloading the newest database of ${url}`);
    const current = await reader.current(signal);
    if (current.damaged) {
      const newest = `the newest database, of run ${current.latest.runId},`;
      messages.line(`warning: ${newest} is damaged. The answer comes from the previous database and is not complete`);
    }
    return await use(current);
  } finally {
    await reader.close();
  }
}

/**
 * The runs to compare.
 * @param from value of `--from`, a run id or a time; undefined: the run before `to`
 * @param to value of `--to`, a run id or a time; undefined: the newest run
 * @throws {UsageError} `InvalidOption`: `from` comes after `to`, even if no run lies between them
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 */
export function changeRange(database: Database, from: string | undefined, to: string | undefined): ChangeRange {
  const range = resolveChangeRange(database, from ?? null, to ?? null);
  if (!beginsAfterItsEnd(range, { from, to })) return range;
  const end = to === undefined ? `the newest run, ${range.to.runId}` : `--to '${to}'`;
  throw new UsageError('InvalidOption', `--from '${from ?? ''}' is later than ${end}`);
}

/**
 * The findings that `INVENTORY_ACCEPTED_FINDINGS` accepts.
 * @throws {InvalidSettingError} the file does not exist, or its content is not valid
 * @throws {InventoryError} the blob could not be read
 */
export async function readAccepted({
  settings,
  environment,
  signal,
}: Pick<CommandContext, 'settings' | 'environment' | 'signal'>): Promise<readonly AcceptedFinding[]> {
  if (settings.acceptedFindings === null) return [];
  const [{ readAcceptedFindings }, { createTokenSource }] = await Promise.all([
    import('../../lib/published/read-accepted-findings.ts'),
    import('../../lib/azure/token-source.ts'),
  ]);
  return readAcceptedFindings(settings, environment, createTokenSource(settings, environment), signal);
}
