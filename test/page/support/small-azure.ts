import { type LocalAzure, startLocalAzure } from '../../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../../local/azure/sample-tenant.ts';
import type { RunReading } from '../../support/readings.ts';
import { type InventoryHost, startInventoryHost } from './inventory-host.ts';

/** An Azure of a few machines, and an app that reads it: for tests that start runs. */
export interface SmallAzure extends AsyncDisposable {
  readonly azure: LocalAzure;
  readonly host: InventoryHost;
  /** Until `azure.reset()`, each list of virtual machines takes this long. */
  slowDown(ms: number): void;
}

/** @param runs that the app has published before, the oldest first */
export async function startSmallAzure(runs: readonly RunReading[] = []): Promise<SmallAzure> {
  const azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 2, vms: 2 }) });
  const host = await startInventoryHost(runs, azure.environment('AppService'));
  return {
    azure,
    host,
    slowDown: (ms) =>
      azure.faults.add({
        match: { endpoint: 'resourceManager', path: 'Microsoft.Compute/virtualMachines$' },
        answer: { kind: 'delay', ms },
      }),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await azure.stop();
    },
  };
}
