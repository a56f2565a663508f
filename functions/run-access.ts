import type { InventoryStore } from '../lib/azure/store/open-store.ts';
import type { Database } from '../lib/database/database.ts';
import { getRun, listRunsBefore } from '../lib/database/queries/runs.ts';
import { hasCode } from '../lib/errors.ts';
import type { HttpContext } from '../lib/http/context.ts';
import type { Run } from '../lib/inventory/run.ts';
import type { DatabaseReader } from '../lib/published/current-database.ts';
import { RunAlreadyRunningError } from '../lib/run/claim-run.ts';
import { cancelRun } from '../lib/run/run-record.ts';

interface RunActions {
  readonly start: (subscriptions: readonly string[] | null, signal: AbortSignal) => Promise<Run>;
  /** A request has ended a run. */
  readonly ended: (run: Run) => Promise<void>;
}

/**
 * Runs as requests see them. Their records in the store come first: they have running and failed ones. The database has the
 * published ones for as long as its history reaches, whatever was cleaned up in the store.
 */
export function runAccess(
  store: InventoryStore,
  reader: DatabaseReader,
  { start, ended }: RunActions,
): Pick<HttpContext, 'listRuns' | 'getRun' | 'startRun' | 'cancelRun'> {
  return {
    async listRuns(limit, before, signal) {
      const recorded = await store.runs.list(limit, signal, before ?? undefined);
      const merged = await fromDatabase(reader, signal, (database) => listRunsBefore(database, before, limit));
      const byId = new Map([...(merged ?? []), ...recorded].map((run) => [run.id, run]));
      return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
    },
    async getRun(id, signal) {
      const recorded = await store.runs.read(id, signal);
      if (recorded === null) return fromDatabase(reader, signal, (database) => getRun(database, id));
      // Whoever sees that a run has succeeded finds it in the next answer.
      if (recorded.run.status === 'succeeded') reader.expire();
      return recorded.run;
    },
    async startRun(subscriptions, signal) {
      try {
        return { outcome: 'started', run: await start(subscriptions, signal) };
      } catch (error) {
        if (!(error instanceof RunAlreadyRunningError)) throw error;
        return { outcome: 'alreadyRunning', runId: error.runId };
      }
    },
    async cancelRun(id, signal) {
      const cancelled = await cancelRun(store, id, signal);
      if (cancelled.outcome === 'cancelling' && cancelled.run.status === 'cancelled') await ended(cancelled.run);
      return cancelled;
    },
  };
}

/** @returns null before the first run */
async function fromDatabase<T>(
  reader: DatabaseReader,
  signal: AbortSignal,
  query: (database: Database) => T,
): Promise<T | null> {
  try {
    using current = await reader.current(signal);
    return query(current.database);
  } catch (error) {
    if (hasCode(error, 'InventoryNotReady')) return null;
    throw error;
  }
}
