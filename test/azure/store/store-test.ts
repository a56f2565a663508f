import { test as vitestTest } from 'vitest';
import { newAzuriteAccount } from '../../support/azurite-account.ts';
import { startBlobProxy } from '../../support/blob-proxy.ts';
import { newStore } from '../../support/stores.ts';

export const azurite = await newAzuriteAccount();

/** A test with an empty store, which it reaches directly and through a proxy that can answer in the place of Azurite. */
export const test = vitestTest
  .extend('direct', () => newStore(azurite.connectionString))
  .extend('proxied', async ({ direct: { name } }, { onCleanup }) => {
    const proxy = await startBlobProxy(azurite.origin);
    onCleanup(() => proxy[Symbol.asyncDispose]());
    return { proxy, ...newStore(azurite.connectionStringVia(proxy.origin), name) };
  });
