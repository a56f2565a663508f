import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy } from '../support/blob-proxy.ts';
import { newStore, type TestStore } from '../support/stores.ts';

const app = join(import.meta.dirname, '../../dist/functions.cjs');

/** The built app in a host of its own, which may be killed; Azurite, in another process, behind a proxy; a tenant that changes. */
export interface CrashSystem extends AsyncDisposable {
  readonly azure: LocalAzure;
  readonly proxy: BlobProxy;
  /** For throw-away files. */
  readonly folder: string;
  /** A container with these blobs. */
  container(blobs: readonly StoredBlob[]): Promise<TestStore>;
  startHost(target: TestStore, env?: Readonly<Record<string, string>>): Promise<HostProcess>;
}

export interface StoredBlob {
  readonly name: string;
  readonly bytes: Buffer;
  readonly metadata: Record<string, string>;
}

export async function startCrashSystem(tenant: {
  readonly subscriptions: number;
  readonly vms: number;
}): Promise<CrashSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  const azurite = await newAzuriteAccount();
  const proxy = await startBlobProxy(azurite.origin);
  const azure = await startLocalAzure({ tenant: createSampleTenant(tenant), pageSize: 20 });
  return {
    azure,
    proxy,
    folder,
    async container(blobs) {
      const target = newStore(azurite.connectionString);
      await target.container.create();
      for (const { name, bytes, metadata } of blobs) {
        await target.container.getBlockBlobClient(name).upload(bytes, bytes.length, { metadata });
      }
      return target;
    },
    startHost: (target, env = {}) =>
      startHostProcess(app, {
        env: {
          ...azure.environment('AppService'),
          AzureWebJobsStorage: azurite.connectionStringVia(proxy.origin),
          INVENTORY_CONTAINER: target.name,
          ...env,
        },
      }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await azure.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** All that a container holds. */
export async function blobsOf({ container }: TestStore): Promise<readonly StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for await (const { name, metadata = {} } of container.listBlobsFlat({ includeMetadata: true })) {
    blobs.push({ name, bytes: await container.getBlobClient(name).downloadToBuffer(), metadata });
  }
  return blobs;
}

/** The folder of throw-away files that a host has left, if it has. */
export function leftovers({ process }: HostProcess): readonly string[] {
  const folder = join(tmpdir(), `vm-identities-${process.pid}`);
  return existsSync(folder) ? [folder] : [];
}
