import { Readable } from 'node:stream';
import { attempt } from './attempt.ts';
import type { Container } from './container.ts';
import { uploadStream } from './upload.ts';

const name = 'current/virtualMachines.ndjson';

/**
 * Writes the present at a fixed name, for KQL `externaldata` and other readers that know no protocol.
 * @param chunks text in chunks of whole lines
 */
export async function writeCurrentMachines(
  container: Container,
  chunks: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const blob = container.client.getBlockBlobClient(name);
  const source = Readable.from(bytes(chunks), { objectMode: false });
  await attempt(container, `write ${name}`, signal, () =>
    uploadStream(blob, source, 4 * 1024 * 1024, signal, {
      blobHTTPHeaders: { blobContentType: 'application/x-ndjson' },
    }),
  );
}

function* bytes(chunks: Iterable<string>): Generator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}
