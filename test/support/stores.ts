import { randomUUID } from 'node:crypto';
import { ContainerClient } from '@azure/storage-blob';
import { type InventoryStore, openStore } from '../../lib/azure/store/open-store.ts';
import type { Reason } from '../../lib/errors.ts';
import { readSettings } from '../../lib/settings.ts';

/** A container of its own, which does not exist yet, and a client of Azure's for what the store hides. */
export interface TestStore {
  readonly store: InventoryStore;
  readonly container: ContainerClient;
  readonly name: string;
}

export function newStore(connectionString: string, name: string = `c${randomUUID()}`): TestStore {
  const environment = { AzureWebJobsStorage: connectionString, INVENTORY_CONTAINER: name };
  const store = openStore(readSettings(environment), environment);
  return { store, container: new ContainerClient(connectionString, name), name };
}

/** A signal that nobody aborts. */
export const never: AbortSignal = new AbortController().signal;

/** For readers that have nothing to warn of. */
export function neverWarned({ code, message }: Reason): never {
  throw new Error(`${code}: ${message}`);
}
