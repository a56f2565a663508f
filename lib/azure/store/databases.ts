import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import { BlobSASPermissions, generateBlobSASQueryParameters, SASProtocol } from '@azure/storage-blob';
import { InventoryError } from '../../errors.ts';
import type { Container } from './container.ts';
import { pruneDatabases } from './database-retention.ts';
import { decompress, download } from './download.ts';
import { writeIfMatch } from './if-match.ts';
import type { Latest } from './pointers.ts';
import { attempt, ifPresent } from './storage-error.ts';
import { uploadStream } from './upload.ts';

const maxBlockBytes = 8 * 1024 * 1024;
const minBlockBytes = 64 * 1024;
const linkLifetimeMs = 10 * 60 * 1000;
/**
 * Clocks differ: the service can refuse a link that begins now.
 * @see https://learn.microsoft.com/azure/storage/common/storage-sas-overview#best-practices-when-using-sas
 */
const linkBackdatedMs = 5 * 60 * 1000;
/** Azure accepts this version and later ones. Azurite signs user-delegation links as Azure does only up to this one. */
const linkVersion = '2020-12-06';

/** A raw database file to upload. */
export interface DatabaseFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** `databases/<runId>-<first 8 of sha256>.sqlite.zst`: immutable, with the raw file's size and hash in the metadata. */
export function openDatabases(container: Container) {
  /** Size and hash of the raw file; null when the database does not exist. */
  function describe(name: string, signal: AbortSignal): Promise<Omit<DatabaseFile, 'path'> | null> {
    return ifPresent(container, `read ${name}`, signal, async () => {
      const { metadata = {} } = await container.client.getBlobClient(name).getProperties({ abortSignal: signal });
      return { sizeBytes: Number(metadata.sizebytes), sha256: metadata.sha256 ?? '' };
    });
  }

  return {
    describe,
    /**
     * Uploads a database, compressed. Succeeds when it already exists with the same hash.
     * @returns its blob name
     * @throws {InventoryError} `DatabaseNameTaken`
     */
    async write(runId: string, file: DatabaseFile, signal: AbortSignal): Promise<string> {
      const name = `databases/${runId}-${file.sha256.slice(0, 8)}.sqlite.zst`;
      // The library allocates a whole block for each, however small the file.
      const blockBytes = Math.min(maxBlockBytes, Math.max(minBlockBytes, file.sizeBytes));
      const written = await writeIfMatch(container, name, null, signal, (conditions) =>
        uploadStream(container, name, compressed(file), blockBytes, signal, {
          conditions,
          metadata: { sha256: file.sha256, sizebytes: String(file.sizeBytes) },
        }),
      );
      // A retry of a commit whose answer was lost finds its own blob.
      if (!written && (await describe(name, signal))?.sha256 !== file.sha256) {
        throw new InventoryError('DatabaseNameTaken', `${name} already exists with other content`, {
          hint: `Look for another app that writes to ${container.client.url}: each app needs its own container`,
        });
      }
      return name;
    },
    /** Streams the raw bytes. @throws {InventoryError} `DatabaseMissing` */
    async read(name: string, signal: AbortSignal): Promise<Readable> {
      const found = await ifPresent(container, `read ${name}`, signal, () => download(container, name, signal));
      if (found !== null) return decompress(found.body, signal);
      throw new InventoryError('DatabaseMissing', `The database ${name} is not in ${container.client.url}`);
    },
    /** A link that reads this one blob for ten minutes; null if none can be signed. */
    url: (name: string, signal: AbortSignal): Promise<string | null> =>
      attempt(container, `sign a link to ${name}`, signal, () => link(container, name, signal)),
    /** See {@link pruneDatabases}. @returns the names removed */
    prune: (latest: Latest, now: Date, signal: AbortSignal): Promise<readonly string[]> =>
      attempt(container, 'prune databases/', signal, () => pruneDatabases(container, latest, now, signal)),
  };
}

function compressed(file: DatabaseFile): Readable {
  const output = createZstdCompress({
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
    pledgedSrcSize: file.sizeBytes,
    chunkSize: 256 * 1024,
  });
  // `pipeline` destroys `output` with the error, which fails the upload.
  pipeline(createReadStream(file.path, { highWaterMark: 1024 * 1024 }), output, () => undefined);
  return output;
}

/**
 * A link that reads one blob for ten minutes, signed by a user-delegation key.
 * @returns null without an identity, because a link signed by an account key cannot be revoked; and for a custom domain,
 *   because the signature contains the account's name
 * @see https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
 */
async function link(container: Container, name: string, signal: AbortSignal): Promise<string | null> {
  if (container.tokens === null || container.account === null) return null;
  const startsOn = new Date(Date.now() - linkBackdatedMs);
  const expiresOn = new Date(Date.now() + linkLifetimeMs);
  const key = await container.service.getUserDelegationKey(startsOn, expiresOn, { abortSignal: signal });
  const query = generateBlobSASQueryParameters(
    {
      containerName: container.client.containerName,
      blobName: name,
      version: linkVersion,
      permissions: BlobSASPermissions.parse('r'),
      protocol: SASProtocol.Https,
      startsOn,
      expiresOn,
    },
    key,
    container.account,
  );
  return `${container.client.getBlobClient(name).url}?${query}`;
}
