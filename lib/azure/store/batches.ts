import type { Readable } from 'node:stream';
import { InventoryError } from '../../errors.ts';
import type { BatchAddress } from '../../inventory/plan.ts';
import type { Container } from './container.ts';
import { ageMsOf, decompress, download } from './download.ts';
import { writeIfMatch } from './if-match.ts';
import { ifPresent } from './storage-error.ts';

export interface BatchCounts {
  readonly subscriptions: number;
  readonly virtualMachines: number;
  readonly requests: number;
}

type Metadata = Readonly<Record<string, string>>;

/** `runs/<runId>/batches/<n>.ndjson.zst`, each written once, with its counts in its metadata. */
export function openBatches(container: Container) {
  function properties(address: BatchAddress, signal: AbortSignal) {
    const name = nameOf(address);
    return ifPresent(container, `read ${name}`, signal, async () => {
      const blob = container.client.getBlobClient(name);
      const found = await blob.getProperties({ abortSignal: signal });
      checkPlan(name, found.metadata ?? {}, address);
      return { counts: countsOf(found.metadata ?? {}), ageMs: ageMsOf(found) };
    });
  }

  return {
    /** Counts of a batch of this plan; null when it does not exist yet. */
    find: async (address: BatchAddress, signal: AbortSignal): Promise<BatchCounts | null> =>
      (await properties(address, signal))?.counts ?? null,
    /** Time since the batch was written, by the storage service's clock; null when it does not exist yet. */
    ageMs: async (address: BatchAddress, signal: AbortSignal): Promise<number | null> =>
      (await properties(address, signal))?.ageMs ?? null,
    /** Sums over all finished batches of a run. */
    async finished(runId: string, signal: AbortSignal): Promise<BatchCounts> {
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
    /**
     * Uploads a batch unless this plan has it.
     * @returns the counts of the batch on record
     * @throws {InventoryError} `BatchOfAnotherPlan`
     */
    async write(
      address: BatchAddress,
      { path, counts }: { readonly path: string; readonly counts: BatchCounts },
      signal: AbortSignal,
    ): Promise<BatchCounts> {
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
    /** Streams the batch's lines. @throws {InventoryError} `BatchMissing`, `BatchOfAnotherPlan` */
    async read(address: BatchAddress, signal: AbortSignal): Promise<Readable> {
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

/** What is no number counts as none: the record of a run must stay readable. */
function countsOf(metadata: Metadata): BatchCounts {
  const countOf = (text = ''): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);
  return {
    subscriptions: countOf(metadata.subscriptions),
    virtualMachines: countOf(metadata.virtualmachines),
    requests: countOf(metadata.requests),
  };
}
