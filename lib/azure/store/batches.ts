import { InventoryError } from '../../errors.ts';
import type { BatchAddress } from '../../inventory/plan.ts';
import type { Container } from './container.ts';
import { decompress, download } from './download.ts';
import { writeIfMatch } from './if-match.ts';
import type { BatchCounts, Batches } from './inventory-store.ts';
import { ifPresent } from './storage-error.ts';

type Metadata = Readonly<Record<string, string>>;

/** `runs/<runId>/batches/<n>.ndjson.zst`, each written once, with its counts in its metadata. */
export function openBatches(container: Container): Batches {
  async function properties(
    address: BatchAddress,
    signal: AbortSignal,
  ): Promise<{ readonly counts: BatchCounts; readonly ageMs: number } | null> {
    const name = nameOf(address);
    return ifPresent(container, `read ${name}`, signal, async () => {
      const blob = container.client.getBlobClient(name);
      const { metadata = {}, date, lastModified } = await blob.getProperties({ abortSignal: signal });
      checkPlan(name, metadata, address);
      return { counts: countsOf(metadata), ageMs: (date?.getTime() ?? 0) - (lastModified?.getTime() ?? 0) };
    });
  }

  return {
    find: async (address, signal) => (await properties(address, signal))?.counts ?? null,
    ageMs: async (address, signal) => (await properties(address, signal))?.ageMs ?? null,
    async finished(runId, signal) {
      const prefix = `runs/${runId}/batches/`;
      const total = { subscriptions: 0, virtualMachines: 0, requests: 0 };
      await ifPresent(container, `list ${prefix}`, signal, async () => {
        const listing = container.client.listBlobsFlat({ prefix, includeMetadata: true, abortSignal: signal });
        for await (const { metadata = {} } of listing) {
          const counts = countsOf(metadata);
          total.subscriptions += counts.subscriptions;
          total.virtualMachines += counts.virtualMachines;
          total.requests += counts.requests;
        }
      });
      return total;
    },
    async write(address, { path, counts }, signal) {
      const name = nameOf(address);
      const written = await writeIfMatch(container, name, null, signal, (conditions) =>
        container.client.getBlockBlobClient(name).uploadFile(path, {
          abortSignal: signal,
          conditions,
          metadata: metadataOf(address.planHash, counts),
        }),
      );
      if (written) return counts;
      return (await properties(address, signal))?.counts ?? counts;
    },
    async read(address, signal) {
      const name = nameOf(address);
      const found = await ifPresent(container, `read ${name}`, signal, () => download(container, name, signal));
      if (found === null) {
        throw new InventoryError('BatchMissing', `${name} does not exist`, { hint: 'Start a new run' });
      }
      checkPlan(name, found.properties.metadata ?? {}, address);
      return decompress(found.body, signal);
    },
  };
}

function nameOf({ runId, batch }: BatchAddress): string {
  return `runs/${runId}/batches/${batch}.ndjson.zst`;
}

function checkPlan(name: string, metadata: Metadata, { planHash }: BatchAddress): void {
  if (metadata.planhash === planHash) return;
  throw new InventoryError('BatchOfAnotherPlan', `${name} belongs to another plan`, { hint: 'Start a new run' });
}

function metadataOf(planHash: string, counts: BatchCounts): Record<string, string> {
  return {
    planhash: planHash,
    subscriptions: String(counts.subscriptions),
    virtualmachines: String(counts.virtualMachines),
    requests: String(counts.requests),
  };
}

function countsOf(metadata: Metadata): BatchCounts {
  return {
    subscriptions: Number(metadata.subscriptions),
    virtualMachines: Number(metadata.virtualmachines),
    requests: Number(metadata.requests),
  };
}
