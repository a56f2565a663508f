import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { forEachBounded } from '../../async/for-each-bounded.ts';
import { hasCode, InventoryError, NotFoundError } from '../../errors.ts';
import { changeKinds, type Run, runIdPattern, runShape } from '../../inventory/run.ts';
import { count, text } from '../../inventory/shape.ts';
import type { Container } from './container.ts';
import { readJson, storedTime, writeJson } from './json-blob.ts';
import { attempt, ifPresent } from './storage-error.ts';

/** Drops unknown kinds of change, so that this version can read the records of a newer one after a downgrade. */
const knownChanges = (counts: Readonly<Record<string, number>>): Run['changes'] =>
  Object.fromEntries(changeKinds.flatMap((kind) => (kind in counts ? [[kind, counts[kind]]] : [])));

const storedRunShape = v.object({
  ...runShape.entries,
  startedAt: storedTime,
  finishedAt: v.nullable(storedTime),
  progress: v.object({ ...runShape.entries.progress.entries, updatedAt: storedTime }),
  changes: v.pipe(v.record(text, count), v.transform(knownChanges)),
});

/** A run, a cancellation and the timer that ends a dead run write one record. More rounds mean another fault. */
const maxRounds = 20;
/** Several times the record of a run over 50,000 subscriptions, because a list reads many. */
const maxBytes = 4 * 1024 * 1024;
const readsInFlight = 8;

const nameOf = (runId: string): string => `runs/${runId}/run.json`;
const readRecord = (container: Container, runId: string, signal: AbortSignal) =>
  readJson(container, nameOf(runId), storedRunShape, signal, maxBytes);

/** `runs/<runId>/run.json`: every change is conditional, so that it never overwrites a cancellation. */
export function openRunRecords(container: Container) {
  return {
    /** @throws {InventoryError} `RunExists` */
    async create(run: Run, signal: AbortSignal): Promise<void> {
      if (await writeJson(container, nameOf(run.id), run, null, signal)) return;
      const found = await readRecord(container, run.id, signal);
      // This write's own first try succeeded, and its answer was lost.
      if (JSON.stringify(found?.value) === JSON.stringify(run)) return;
      throw new InventoryError('RunExists', `Run ${run.id} already exists`);
    },
    /** `ageMs`: time since the last write, by the storage service's clock. */
    async read(runId: string, signal: AbortSignal): Promise<{ readonly run: Run; readonly ageMs: number } | null> {
      const found = await readRecord(container, runId, signal);
      return found === null ? null : { run: found.value, ageMs: found.ageMs };
    },
    /**
     * Reads, changes and writes a record; repeats when another writer came between.
     * @param change gets the current record; null = leave it
     * @returns the record afterwards
     * @throws {NotFoundError} `RunNotFound`
     */
    async update(runId: string, change: (run: Run) => Run | null, signal: AbortSignal): Promise<Run> {
      const writeId = randomUUID();
      let sent: Run | null = null;
      for (let round = 0; round < maxRounds; round++) {
        const found = await readRecord(container, runId, signal);
        if (found === null) throw new NotFoundError('RunNotFound', `There is no run ${runId}`);
        // The last write succeeded, and its answer was lost.
        if (sent !== null && found.writeId === writeId) return sent;
        const changed = change(found.value);
        if (changed === null) return found.value;
        if (await writeJson(container, nameOf(runId), changed, found.etag, signal, writeId)) return changed;
        sent = changed;
      }
      throw new InventoryError('RunRecordContended', `Other writers keep changing the record of run ${runId}`, {
        hint: `Look for another app that writes to ${container.client.url}: each app needs its own container`,
      });
    },
    /** Id of the oldest run on record, whatever became of it; null before the first one. */
    async oldestId(signal: AbortSignal): Promise<string | null> {
      return (await runIds(container, signal)).sort()[0] ?? null;
    },
    async remove(runId: string, signal: AbortSignal): Promise<void> {
      const blob = container.client.getBlobClient(nameOf(runId));
      await attempt(container, `remove ${nameOf(runId)}`, signal, () => blob.deleteIfExists({ abortSignal: signal }));
    },
    /** Newest first. Leaves out records that cannot be read: they must hide no other. @param before only runs older than the run of this id */
    async list(limit: number, signal: AbortSignal, before?: string): Promise<readonly Run[]> {
      const ids = await runIds(container, signal);
      const older = before === undefined ? ids : ids.filter((id) => id < before);
      const newest = older.sort().reverse().slice(0, limit);
      const runs = new Map<string, Run>();
      await forEachBounded(newest, readsInFlight, signal, async (id, readSignal) => {
        const found = await readRecord(container, id, readSignal).catch((error: unknown) => {
          if (hasCode(error, 'StoredJsonUnreadable')) return null;
          throw error;
        });
        if (found !== null) runs.set(id, found.value);
      });
      return newest.flatMap((id) => runs.get(id) ?? []);
    },
  };
}

async function runIds(container: Container, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  await ifPresent(container, 'list runs/', signal, async () => {
    const listing = container.client.listBlobsByHierarchy('/', { prefix: 'runs/', abortSignal: signal });
    for await (const item of listing) {
      const id = item.name.slice('runs/'.length, -1);
      if (item.kind === 'prefix' && runIdPattern.test(id)) ids.push(id);
    }
  });
  return ids;
}
