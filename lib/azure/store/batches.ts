import { pipeline, type Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { InventoryError } from '../../errors.ts';
import { attempt, type Container } from './container.ts';
import type { BatchCounts, Batches } from './inventory-store.ts';
import { makingContainer } from './json-blob.ts';
import { isConditionNotMet, isNotThere } from './storage-error.ts';

type Metadata = Readonly<Record<string, string>>;

/** `runs/<runId>/batches/<n>.ndjson.zst`, each written once; its counts are in its metadata. */
export function openBatches(container: Container): Batches {
  const nameOf = (runId: string, batch: number): string => `runs/${runId}/batches/${batch}.ndjson.zst`;

  async function find(name: string, planHash: string, signal: AbortSignal): Promise<BatchCounts | null> {
    const blob = container.client.getBlobClient(name);
    return attempt(container, `read ${name}`, signal, async () => {
      try {
        const { metadata = {} } = await blob.getProperties({ abortSignal: signal });
        checkPlan(name, metadata, planHash);
        return countsOf(metadata);
      } catch (error) {
        if (isNotThere(error)) return null;
        throw error;
      }
    });
  }

  return {
    find: (runId, batch, planHash, signal) => find(nameOf(runId, batch), planHash, signal),
    async write(runId, batch, planHash, file, signal) {
      const name = nameOf(runId, batch);
      const written = await attempt(container, `write ${name}`, signal, async () => {
        try {
          await makingContainer(container, signal, () =>
            container.client.getBlockBlobClient(name).uploadFile(file.path, {
              abortSignal: signal,
              conditions: { ifNoneMatch: '*' },
              metadata: metadataOf(planHash, file.counts),
            }),
          );
          return true;
        } catch (error) {
          if (isConditionNotMet(error)) return false;
          throw error;
        }
      });
      if (written) return file.counts;
      return (await find(name, planHash, signal)) ?? file.counts;
    },
    async read(runId, batch, planHash, signal) {
      const name = nameOf(runId, batch);
      return attempt(container, `read ${name}`, signal, async () => {
        try {
          const response = await container.client
            .getBlobClient(name)
            .download(0, undefined, { abortSignal: signal, maxRetryRequests: 5 });
          checkPlan(name, response.metadata ?? {}, planHash);
          return decompressed(response.readableStreamBody, signal);
        } catch (error) {
          if (!isNotThere(error)) throw error;
          throw new InventoryError('BatchMissing', `${name} of run ${runId} is not there`, { hint: 'Start a new run' });
        }
      });
    },
  };
}

/** Decompresses a download as it comes. Failures of either come out of the stream returned. */
export function decompressed(body: NodeJS.ReadableStream | undefined, signal: AbortSignal): Readable {
  if (body === undefined) throw new Error('a download outside a browser has a stream');
  const output = createZstdDecompress({ chunkSize: 256 * 1024 });
  const onAbort = (): void => void output.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  // the callback has nothing to do with the error: `output` is destroyed with it
  pipeline(body, output, () => signal.removeEventListener('abort', onAbort));
  return output;
}

function checkPlan(name: string, metadata: Metadata, planHash: string): void {
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
