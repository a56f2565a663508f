import { randomUUID } from 'node:crypto';
import { startAzurite } from '../../test/support/azurite.ts';
import { measureProcess } from './measured-process.ts';
import { scratchFolder } from './scratch.ts';

const program = new URL('../publish-step.ts', import.meta.url).pathname;

/** An Azurite with a published inventory. */
export interface PublishedInventory extends AsyncDisposable {
  /** Leads the app there. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @param machines a multiple of 1,000 */
export async function publishInventory(machines: number): Promise<PublishedInventory> {
  await using folder = await scratchFolder();
  const azurite = await startAzurite();
  const environment = { AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONTAINER: `bench-${randomUUID()}` };
  try {
    for (const step of ['collect', 'publish']) {
      await measureProcess([program, step, '0', String(machines), folder.path], environment);
    }
  } catch (error) {
    await azurite.stop();
    throw error;
  }
  return { environment, [Symbol.asyncDispose]: () => azurite.stop() };
}
