import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import { InventoryError } from '../../errors.ts';
import { attempt } from './attempt.ts';
import { decompressed } from './batches.ts';
import type { Container } from './container.ts';
import { pruneDatabases } from './database-retention.ts';
import { databaseUrl } from './database-url.ts';
import { download } from './download.ts';
import type { DatabaseFile, Databases } from './inventory-store.ts';
import { makingContainer } from './json-blob.ts';
import { isConditionNotMet, isNotThere } from './storage-error.ts';
import { uploadStream } from './upload.ts';

const mostBlockBytes = 8 * 1024 * 1024;
const leastBlockBytes = 64 * 1024;

/** `databases/<runId>-<first 8 of sha256>.sqlite.zst`: immutable, size and hash of the raw file in the metadata. */
export function openDatabases(container: Container): Databases {
  const describe: Databases['describe'] = (name, signal) =>
    attempt(container, `read ${name}`, signal, async () => {
      try {
        const { metadata = {} } = await container.client.getBlobClient(name).getProperties({ abortSignal: signal });
        return { sizeBytes: Number(metadata.sizebytes), sha256: metadata.sha256 ?? '' };
      } catch (error) {
        if (isNotThere(error)) return null;
        throw error;
      }
    });

  return {
    async write(runId, file, signal) {
      const name = `databases/${runId}-${file.sha256.slice(0, 8)}.sqlite.zst`;
      const written = await attempt(container, `write ${name}`, signal, () => upload(container, name, file, signal));
      // a commit whose answer was lost is tried again, and finds itself
      if (!written && (await describe(name, signal))?.sha256 !== file.sha256) {
        throw new InventoryError('DatabaseNameTaken', `${name} is there already, with other content`, {
          hint: `Look for another app that writes to ${container.client.url}; each needs a container of its own`,
        });
      }
      return name;
    },
    read: (name, signal) => attempt(container, `read ${name}`, signal, () => read(container, name, signal)),
    describe,
    url: (name, signal) =>
      attempt(container, `make a link to ${name}`, signal, () => databaseUrl(container, name, signal)),
    prune: (latest, now, signal) =>
      attempt(container, 'prune databases/', signal, () => pruneDatabases(container, latest, now, signal)),
  };
}

/** @returns false when there is a blob of that name */
async function upload(container: Container, name: string, file: DatabaseFile, signal: AbortSignal): Promise<boolean> {
  const blob = container.client.getBlockBlobClient(name);
  // the library takes the memory of a whole block for each, however little is in it
  const blockBytes = Math.min(mostBlockBytes, Math.max(leastBlockBytes, file.sizeBytes));
  try {
    await makingContainer(container, signal, () =>
      uploadStream(blob, compressed(file), blockBytes, signal, {
        conditions: { ifNoneMatch: '*' },
        metadata: { sha256: file.sha256, sizebytes: String(file.sizeBytes) },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionNotMet(error)) return false;
    throw error;
  }
}

function compressed(file: DatabaseFile): Readable {
  const output = createZstdCompress({
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
    pledgedSrcSize: file.sizeBytes,
    chunkSize: 256 * 1024,
  });
  // the callback has nothing to do with the error: `output` is destroyed with it, which fails the upload
  pipeline(createReadStream(file.path, { highWaterMark: 1024 * 1024 }), output, () => undefined);
  return output;
}

async function read(container: Container, name: string, signal: AbortSignal): Promise<Readable> {
  try {
    const { body } = await download(container, name, signal);
    return decompressed(body, signal);
  } catch (error) {
    if (!isNotThere(error)) throw error;
    throw new InventoryError('DatabaseMissing', `The database ${name} is not in ${container.client.url}`);
  }
}
