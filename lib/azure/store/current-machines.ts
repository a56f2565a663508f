import { Readable } from 'node:stream';
import { attempt, type Container } from './container.ts';

const name = 'current/virtualMachines.ndjson';
const chunkCharacters = 256 * 1024;

/** Writes the present at a fixed name, for KQL `externaldata` and other readers that know no protocol. */
export async function writeCurrentMachines(
  container: Container,
  lines: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const blob = container.client.getBlockBlobClient(name);
  await attempt(container, `write ${name}`, signal, () =>
    blob.uploadStream(Readable.from(chunks(lines), { objectMode: false }), 4 * 1024 * 1024, 3, {
      abortSignal: signal,
      blobHTTPHeaders: { blobContentType: 'application/x-ndjson' },
    }),
  );
}

/** A stream of single lines would cost more than making them. */
function* chunks(lines: Iterable<string>): Generator<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < chunkCharacters) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
