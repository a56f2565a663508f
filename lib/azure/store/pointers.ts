import * as v from 'valibot';
import { runIdPattern } from '../../inventory/run.ts';
import type { Container } from './container.ts';
import type { LatestPointer, RunClaim } from './inventory-store.ts';
import { readJson, writeJson } from './json-blob.ts';

const latestShape = v.object({
  runId: v.string(),
  seq: v.number(),
  database: v.pipe(v.string(), v.startsWith('databases/')),
  sizeBytes: v.number(),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  publishedAt: v.string(),
  complete: v.boolean(),
  previous: v.nullable(v.object({ database: v.string(), sha256: v.string() })),
});
const claimShape = v.object({ runId: v.pipe(v.string(), v.regex(runIdPattern)) });

/** `latest.json` names the newest database. Moves with If-Match. */
export function openLatestPointer(container: Container): LatestPointer {
  const name = 'latest.json';
  return {
    async read(signal) {
      const blob = await readJson(container, name, latestShape, signal, 64 * 1024);
      return blob === null ? null : { latest: blob.value, etag: blob.etag };
    },
    move: (latest, etag, signal) => writeJson(container, name, latest, etag, signal),
  };
}

/** `runs/running.json` names the run that may run. Moves with If-Match, so that one of two starts wins. */
export function openRunClaim(container: Container): RunClaim {
  const name = 'runs/running.json';
  return {
    async read(signal) {
      const blob = await readJson(container, name, claimShape, signal);
      return blob === null ? null : { runId: blob.value.runId, etag: blob.etag };
    },
    take: (runId, etag, signal) => writeJson(container, name, { runId }, etag, signal),
  };
}
