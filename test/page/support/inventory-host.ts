import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishDatabase } from '../../../lib/published/publish-database.ts';
import { startHostProcess } from '../../local/host-process.ts';
import { startAzurite } from '../../support/azurite.ts';
import { mergeRun, planOf, type RunReading } from '../../support/readings.ts';
import { never, newStore } from '../../support/stores.ts';
import type { PageHost } from './page-host.ts';

/** The global setup builds it. */
const bundle = join(import.meta.dirname, '../../../dist/functions.cjs');

export interface InventoryHost extends PageHost {
  /** Publishes another run, and records it. */
  publish(run: RunReading): Promise<void>;
  /** Damages the newest published file. */
  damageNewest(): Promise<void>;
}

/** The app on a storage account that holds these runs, the oldest first. */
export async function startInventoryHost(
  runs: readonly RunReading[],
  environment: Readonly<Record<string, string>> = {},
): Promise<InventoryHost> {
  const azurite = await startAzurite();
  const folder = await mkdtemp(join(tmpdir(), 'inventory-host-'));
  const { store, container, name } = newStore(azurite.connectionString);
  const publish = async (run: RunReading): Promise<void> => {
    const published = await publishDatabase({
      store,
      runId: planOf(run).runId,
      machines: 0,
      change: async (database) => mergeRun(database, run),
      folder,
      signal: never,
    });
    await store.runs.create(published, never);
  };
  for (const run of runs) await publish(run);
  const host = await startHostProcess(bundle, {
    env: { AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONTAINER: name, ...environment },
  });
  return {
    origin: host.url,
    keys: null,
    log: async () => host.lines().join('\n'),
    publish,
    async damageNewest() {
      const pointer = await store.latest.read(never);
      const blob = container.getBlockBlobClient(pointer?.latest.database ?? '');
      await blob.upload('damaged', 7);
    },
    async [Symbol.asyncDispose]() {
      await host.end();
      await azurite.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
