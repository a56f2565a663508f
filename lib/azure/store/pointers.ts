import * as v from 'valibot';
import { runIdPattern } from '../../inventory/run.ts';
import { count, type ShapeOf, text } from '../../inventory/shape.ts';
import type { Container } from './container.ts';
import { readJson, storedTime, writeJson } from './json-blob.ts';

/** No other name is read: `databases/../x` would be a blob of another container. */
const databaseName = v.pipe(text, v.regex(/^databases\/[\w-]+(?:\.[\w-]+)*$/));
const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/));

/** The content of `latest.json`: one published database. Size and hash are of the raw file, before compression. */
const latestShape = v.object({
  runId: v.pipe(text, v.regex(runIdPattern)),
  seq: count,
  /** Blob name within the container: `databases/<runId>-<first 8 of sha256>.sqlite.zst`. */
  database: databaseName,
  sizeBytes: count,
  sha256,
  publishedAt: storedTime,
  complete: v.boolean(),
  previous: v.nullable(v.object({ database: databaseName, sha256 })),
});
export type Latest = ShapeOf<typeof latestShape>;

/** The content of `latest.json` and its ETag, which differs for each publication. */
export interface PublishedPointer {
  readonly latest: Latest;
  readonly etag: string;
}

/** `latest.json` names the newest database. */
export function openLatestPointer(container: Container) {
  const name = 'latest.json';
  return {
    /** @returns null before the first publication @throws {InventoryError} `StoredJsonUnreadable` */
    async read(signal: AbortSignal): Promise<PublishedPointer | null> {
      const blob = await readJson(container, name, latestShape, signal, 64 * 1024);
      return blob === null ? null : { latest: blob.value, etag: blob.etag };
    },
    /**
     * Moves the pointer if its ETag is still `etag` (null: if it does not exist).
     * @returns false when another writer moved it
     */
    move: (latest: Latest, etag: string | null, signal: AbortSignal): Promise<boolean> =>
      writeJson(container, name, latest, etag, signal),
  };
}

/**
 * `runs/running.json` names the one run that may run now. It is never released: the next start takes it once that run
 * has ended. If-Match lets one of two starts win.
 */
export function openRunClaim(container: Container) {
  const name = 'runs/running.json';
  const claimShape = v.object({ runId: v.pipe(text, v.regex(runIdPattern)) });
  return {
    async read(signal: AbortSignal): Promise<{ readonly runId: string; readonly etag: string } | null> {
      const blob = await readJson(container, name, claimShape, signal);
      return blob === null ? null : { runId: blob.value.runId, etag: blob.etag };
    },
    /** @returns false when another start came first */
    take: (runId: string, etag: string | null, signal: AbortSignal): Promise<boolean> =>
      writeJson(container, name, { runId }, etag, signal),
  };
}
