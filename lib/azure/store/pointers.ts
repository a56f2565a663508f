import type { Container } from './container.ts';
import type { LatestPointer } from './inventory-store.ts';
import { readJson, writeJson } from './json-blob.ts';
import { latestShape } from './stored-shapes.ts';

const name = 'latest.json';
const mostBytes = 64 * 1024;

/** `latest.json`: read with its ETag, moved with If-Match. */
export function openLatestPointer(container: Container): LatestPointer {
  return {
    async read(signal) {
      const found = await readJson(container, name, latestShape, signal, mostBytes);
      return found === null ? null : { latest: found.value, etag: found.etag };
    },
    move: (latest, etag, signal) => writeJson(container, name, latest, etag === null ? 'nothing' : { etag }, signal),
  };
}
