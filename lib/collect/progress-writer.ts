import type { InventoryStore } from '../azure/store/inventory-store.ts';
import type { Run, RunProgress } from '../inventory/run.ts';

/** Often enough to watch, seldom enough to cost nothing. */
const writeEveryMs = 3_000;

export interface ProgressWriter {
  /** Writes now. @throws {InventoryError} the store's own */
  step(change: Partial<RunProgress>): Promise<void>;
  /** Writes when the last write is some seconds ago, in the background. */
  report(change: Partial<RunProgress>): void;
  /** Waits for a write under way. */
  settle(): Promise<void>;
}

/**
 * Keeps the progress in a run's record. Reading the record each time is how a run learns that it was cancelled.
 * @param ended the record says that the run is over
 * @param failed a write in the background failed: the run goes on, and the next write makes it good
 */
export function createProgressWriter(
  store: Pick<InventoryStore, 'runs'>,
  run: Run,
  signal: AbortSignal,
  ended: (run: Run) => void,
  failed: (error: unknown) => void,
): ProgressWriter {
  let progress = run.progress;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();
  let busy = false;

  async function write(): Promise<void> {
    writtenAt = performance.now();
    const set = (record: Run): Run | null => (record.status === 'running' ? { ...record, progress } : null);
    const record = await store.runs.update(run.id, set, signal);
    if (record.status !== 'running') ended(record);
  }

  return {
    async step(change) {
      progress = { ...progress, ...change, updatedAt: new Date().toISOString() };
      await writing;
      await write();
    },
    report(change) {
      progress = { ...progress, ...change, updatedAt: new Date().toISOString() };
      if (busy || performance.now() - writtenAt < writeEveryMs) return;
      busy = true;
      writing = write()
        .catch(failed)
        .finally(() => {
          busy = false;
        });
    },
    settle: () => writing,
  };
}
