import { pipeline, type Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { InventoryError } from '../../errors.ts';
import type { BatchAddress } from '../../inventory/plan.ts';
import { attempt } from './attempt.ts';
import type { Container } from './container.ts';
import { download } from './download.ts';
import type { BatchCounts, Batches } from './inventory-store.ts';
import { makingContainer } from './json-blob.ts';
import { isConditionNotMet, isContainerMissing, isNotThere } from './storage-error.ts';

type Metadata = Readonly<Record<string, string>>;

interface BatchProperties {
  readonly counts: BatchCounts;
  readonly ageMs: number;
}

/** `runs/<runId>/batches/<n>.ndjson.zst`, each written once; its counts are in its metadata. */
export function openBatches(container: Container): Batches {
  async function properties(address: BatchAddress, signal: AbortSignal): Promise<BatchProperties | null> {
    const name = nameOf(address);
    return attempt(container, `read ${name}`, signal, async () => {
      try {
        const blob = container.client.getBlobClient(name);
        const { metadata = {}, date, lastModified } = await blob.getProperties({ abortSignal: signal });
        checkPlan(name, metadata, address);
        return { counts: countsOf(metadata), ageMs: (date?.getTime() ?? 0) - (lastModified?.getTime() ?? 0) };
      } catch (error) {
        if (isNotThere(error)) return null;
        throw error;
      }
    });
  }
  const find: Batches['find'] = async (address, signal) => (await properties(address, signal))?.counts ?? null;

  return {
    find,
    ageMs: async (address, signal) => (await properties(address, signal))?.ageMs ?? null,
    async finished(runId, signal) {
      const prefix = `runs/${runId}/batches/`;
      return attempt(container, `list ${prefix}`, signal, async () => {
        const sum = { subscriptions: 0, virtualMachines: 0, requests: 0 };
        const found = container.client.listBlobsFlat({ prefix, includeMetadata: true, abortSignal: signal });
        try {
          for await (const { metadata = {} } of found) {
            const counts = countsOf(metadata);
            sum.subscriptions += counts.subscriptions;
            sum.virtualMachines += counts.virtualMachines;
            sum.requests += counts.requests;
          }
        } catch (error) {
          if (!isContainerMissing(error)) throw error;
        }
        return sum;
      });
    },
    async write(address, file, signal) {
      const name = nameOf(address);
      const written = await attempt(container, `write ${name}`, signal, async () => {
        try {
          await makingContainer(container, signal, () =>
            container.client.getBlockBlobClient(name).uploadFile(file.path, {
              abortSignal: signal,
              conditions: { ifNoneMatch: '*' },
              metadata: metadataOf(address.planHash, file.counts),
            }),
          );
          return true;
        } catch (error) {
          if (isConditionNotMet(error)) return false;
          throw error;
        }
      });
      if (written) return file.counts;
      return (await find(address, signal)) ?? file.counts;
    },
    async read(address, signal) {
      const name = nameOf(address);
      return attempt(container, `read ${name}`, signal, async () => {
        try {
          const { properties, body } = await download(container, name, signal);
          checkPlan(name, properties.metadata ?? {}, address);
          return decompressed(body, signal);
        } catch (error) {
          if (!isNotThere(error)) throw error;
          throw new InventoryError('BatchMissing', `${name} is not there`, { hint: 'Start a new run' });
        }
      });
    },
  };
}

function nameOf({ runId, batch }: BatchAddress): string {
  return `runs/${runId}/batches/${batch}.ndjson.zst`;
}

/** Decompresses a download as it comes. Failures of either come out of the stream returned. */
export function decompressed(body: Readable, signal: AbortSignal): Readable {
  const output = createZstdDecompress({ chunkSize: 256 * 1024 });
  const onAbort = (): void => void output.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  // the callback has nothing to do with the error: `output` is destroyed with it
  pipeline(body, output, () => signal.removeEventListener('abort', onAbort));
  return output;
}

function checkPlan(name: string, metadata: Metadata, { planHash }: BatchAddress): void {
  if (metadata.planhash === planHash) return;
  throw new InventoryError('BatchOfAnotherPlan', `${name} was read for another plan`, { hint: 'Start a new run' });
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
