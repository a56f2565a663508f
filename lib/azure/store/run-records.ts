import { randomUUID } from 'node:crypto';
import { InventoryError, NotFoundError } from '../../errors.ts';
import type { Run } from '../../inventory/run.ts';
import { attempt } from './attempt.ts';
import type { Container } from './container.ts';
import type { RunRecords } from './inventory-store.ts';
import { readJson, writeJson } from './json-blob.ts';
import { isContainerMissing } from './storage-error.ts';
import { storedRunShape } from './stored-shapes.ts';

/** Writers of one record: a run, a cancellation, and a timer that ends a dead run. More rounds than this mean something else is wrong. */
const mostRounds = 20;
const readsAtOnce = 8;

const nameOf = (runId: string): string => `runs/${runId}/run.json`;

/** `runs/<runId>/run.json`: every change is conditional, so that a cancellation is never written over. */
export function openRunRecords(container: Container): RunRecords {
  async function update(runId: string, change: (run: Run) => Run | null, signal: AbortSignal): Promise<Run> {
    const mark = randomUUID();
    let sent: Run | null = null;
    for (let round = 0; round < mostRounds; round++) {
      const found = await readJson(container, nameOf(runId), storedRunShape, signal);
      if (found === null) throw new NotFoundError('RunNotFound', `There is no run ${runId}`);
      // written, and the answer was lost
      if (sent !== null && found.mark === mark) return sent;
      const changed = change(found.value);
      if (changed === null) return found.value;
      if (await writeJson(container, nameOf(runId), changed, { etag: found.etag }, signal, mark)) return changed;
      sent = changed;
    }
    throw new InventoryError('RunRecordContended', `The record of run ${runId} keeps being changed by others`, {
      hint: `Look for another app that writes to ${container.client.url}; each needs a container of its own`,
    });
  }

  return {
    async create(run, signal) {
      if (await writeJson(container, nameOf(run.id), run, 'nothing', signal)) return;
      const found = await readJson(container, nameOf(run.id), storedRunShape, signal);
      // a write that had succeeded unseen finds its own record
      if (JSON.stringify(found?.value) === JSON.stringify(run)) return;
      throw new InventoryError('RunExists', `There is a run ${run.id} already`);
    },
    async read(runId, signal) {
      const found = await readJson(container, nameOf(runId), storedRunShape, signal);
      return found === null ? null : { run: found.value, ageMs: found.ageMs };
    },
    update,
    async remove(runId, signal) {
      const blob = container.client.getBlobClient(nameOf(runId));
      await attempt(container, `remove ${nameOf(runId)}`, signal, () => blob.deleteIfExists({ abortSignal: signal }));
    },
    async list(limit, signal, before) {
      const ids = await runIds(container, signal);
      const older = before === undefined ? ids : ids.filter((id) => id < before);
      const names = older.sort().reverse().slice(0, limit);
      const runs: Run[] = [];
      for (let from = 0; from < names.length; from += readsAtOnce) {
        const some = names.slice(from, from + readsAtOnce);
        const read = await Promise.all(some.map((id) => readJson(container, nameOf(id), storedRunShape, signal)));
        for (const found of read) if (found !== null) runs.push(found.value);
      }
      return runs;
    },
  };
}

/** Ids of all runs on record. No container yet: none. */
async function runIds(container: Container, signal: AbortSignal): Promise<string[]> {
  return attempt(container, 'list runs/', signal, async () => {
    const ids: string[] = [];
    try {
      const items = container.client.listBlobsByHierarchy('/', { prefix: 'runs/', abortSignal: signal });
      for await (const item of items) {
        if (item.kind === 'prefix') ids.push(item.name.slice('runs/'.length, -1));
      }
    } catch (error) {
      if (!isContainerMissing(error)) throw error;
    }
    return ids;
  });
}
