import type { Container } from './container.ts';
import type { RunClaim } from './inventory-store.ts';
import { readJson, writeJson } from './json-blob.ts';
import { claimShape } from './stored-shapes.ts';

const name = 'runs/running.json';

/** `runs/running.json`: the id of the run that may run, moved with If-Match so that of two starts one wins. */
export function openRunClaim(container: Container): RunClaim {
  return {
    async read(signal) {
      const found = await readJson(container, name, claimShape, signal);
      return found === null ? null : { runId: found.value.runId, etag: found.etag };
    },
    take: (runId, etag, signal) => writeJson(container, name, { runId }, etag === null ? 'nothing' : { etag }, signal),
  };
}
