import type { Readable } from 'node:stream';
import type { BlockBlobClient, BlockBlobUploadStreamOptions } from '@azure/storage-blob';

const blocksAtOnce = 3;

/**
 * Uploads what a stream gives, and closes the stream however that ends. Nothing is there before all of it is.
 *
 * The library heeds the signal no sooner than at the end, when it puts the blocks together; this rejects at once.
 * @param blockBytes three of them are in memory
 * @throws the signal's reason; what the library throws
 */
export async function uploadStream(
  blob: BlockBlobClient,
  source: Readable,
  blockBytes: number,
  signal: AbortSignal,
  options: Pick<BlockBlobUploadStreamOptions, 'blobHTTPHeaders' | 'conditions' | 'metadata'>,
): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([
      blob.uploadStream(source, blockBytes, blocksAtOnce, { ...options, abortSignal: signal }),
      aborted,
    ]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // an upload that fails leaves its source open
    source.destroy();
  }
}
