import { type Kept, keptFor } from '../lib/async/kept-for.ts';
import { ArmError, ThrottledError } from '../lib/azure/resource-manager/client/errors.ts';
import type { Session } from '../lib/azure/session.ts';
import type { InventoryStore } from '../lib/azure/store/open-store.ts';
import type { Database } from '../lib/database/database.ts';
import { getRun, listRunsBefore } from '../lib/database/queries/runs.ts';
import { hasCode } from '../lib/errors.ts';
import type { HttpContext, LastRun } from '../lib/http/context.ts';
import { RequestError, upstreamError } from '../lib/http/request-error.ts';
import { createResponseCache } from '../lib/http/response-cache.ts';
import type { Run } from '../lib/inventory/run.ts';
import type { DatabaseReader } from '../lib/published/database-reader.ts';
import { whoAmI } from '../lib/rights/whoami.ts';
import { RunAlreadyRunningError } from '../lib/run/claim-run.ts';
import { cancelRun } from '../lib/run/run-record.ts';
import type { Environment, Settings } from '../lib/settings.ts';
import { build } from './build.ts';
import { prepareWhenIdle } from './prepare-when-idle.ts';
import type { RunLogger } from './run-log.ts';

/** A client waits for a live read: after this much throttling, it gets Azure's refusal. */
const throttlingWaitMs = 20_000;
/** An answer may lag behind the identity's rights by this time. */
const identityKeptMs = 60_000;
/** Anyone may ask for the health, and a question costs a read of storage. */
const healthKeptMs = 5_000;

/** The newest run, or why it could not be read. */
type LastRunOutcome = { readonly lastRun: LastRun | null } | { readonly error: unknown };

interface Resources extends Pick<HttpContext, 'acceptedFindings'> {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly session: Session;
  readonly store: InventoryStore;
  readonly reader: DatabaseReader;
  readonly lastRun: Kept<LastRunOutcome>;
}

/** What one request brings. */
interface Invocation {
  readonly start: (subscriptions: readonly string[] | null, signal: AbortSignal) => Promise<Run>;
  /** Called when a request has ended a run. */
  readonly ended: (run: Run) => Promise<void>;
  readonly logger: RunLogger;
}

/** Connects requests with the app. All contexts share one response cache. */
export function createHttpContexts(resources: Resources): (invocation: Invocation) => HttpContext {
  const { settings, environment, session, store, reader, acceptedFindings, lastRun } = resources;
  const identity = keptFor(identityKeptMs, (signal) => whoAmI({ session, settings, environment, signal }));
  const shared = {
    ...build,
    schedule: settings.schedule,
    now: () => new Date(),
    acceptedFindings,
    responses: createResponseCache(),
    ...publishedInventory(store, reader, lastRun),
    ...liveReads(resources),
  };
  return (invocation) => ({
    ...shared,
    ...runAccess(resources, invocation),
    async whoami(signal) {
      const { identity: answer, warnings } = await identity.get(signal);
      for (const warning of warnings) invocation.logger.warn(`identity: ${warning}`);
      return answer;
    },
    logError: (message) => invocation.logger.error(message),
  });
}

/** The newest run for `GET health`: failures are kept too. */
export function keptLastRun(store: InventoryStore): Kept<LastRunOutcome> {
  return keptFor(healthKeptMs, (signal) =>
    readLastRun(store, signal).then(
      (lastRun) => ({ lastRun }),
      (error: unknown) => ({ error }),
    ),
  );
}

/** The newest run that was published; null before the first one. @throws {InventoryError} the store's own */
export async function readLastRun(store: InventoryStore, signal: AbortSignal): Promise<LastRun | null> {
  const newest = await store.latest.read(signal);
  if (newest === null) return null;
  const { runId, publishedAt, complete } = newest.latest;
  // A life-cycle rule may have removed the record.
  const record = await store.runs.read(runId, signal);
  return { finishedAt: record?.run.finishedAt ?? publishedAt, complete };
}

/** The published inventory for requests. @internal for tests */
export function publishedInventory(
  store: InventoryStore,
  reader: DatabaseReader,
  lastRun: Kept<LastRunOutcome>,
): Pick<HttpContext, 'currentDatabase' | 'lastRun' | 'databaseLink'> {
  const seen = prepareWhenIdle((signal) => reader.current(signal));
  return {
    async currentDatabase(signal) {
      const current = await reader.current(signal);
      seen(current);
      return current;
    },
    async lastRun(signal) {
      const outcome = await lastRun.get(signal);
      if ('error' in outcome) throw outcome.error;
      return outcome.lastRun;
    },
    async databaseLink(signal) {
      const name = await linkable(store, reader, signal);
      return name === null ? null : store.databases.url(name, signal);
    },
  };
}

/** Name of the newest database; null when it is known to be damaged, which a link to it would hide. */
async function linkable(store: InventoryStore, reader: DatabaseReader, signal: AbortSignal): Promise<string | null> {
  try {
    using current = await reader.current(signal);
    const { damaged, latest } = current;
    return damaged ? null : latest.database;
  } catch (error) {
    // A database too large for this host may fit the client's.
    if (!hasCode(error, 'DatabaseTooLarge')) throw error;
    return (await store.latest.read(signal))?.latest.database ?? null;
  }
}

/**
 * Runs for requests. Records in the store come first, because they include running and failed runs. The database has
 * every published run of its history, even after the store was cleaned up.
 */
function runAccess(
  { store, reader, lastRun }: Resources,
  { start, ended }: Invocation,
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
      // A client that sees a run as succeeded must find it in its next answer.
      if (recorded.run.status === 'succeeded') {
        reader.expire();
        lastRun.expire();
      }
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

/** Reads of Azure for requests. Their code loads with the first one. */
function liveReads({ session, settings }: Resources): Pick<HttpContext, 'listLive' | 'getLive' | 'readAccess'> {
  return {
    listLive: (subscriptionId, limit, signal) =>
      translated(async () => {
        const { listLive } = await import('../lib/collect/live-machines.ts');
        const subscriptionIds = [subscriptionId];
        return listLive({ session, settings, subscriptionIds, limit, throttlingWaitMs, signal });
      }, signal),
    readAccess: (principalId, signal) =>
      translated(async () => {
        const { readLiveAccess } = await import('../lib/collect/live-access.ts');
        return readLiveAccess({ session, settings, principalId, throttlingWaitMs, signal });
      }, signal),
    getLive: (resourceId, signal) =>
      translated(async () => {
        const { getLive } = await import('../lib/collect/live-machines.ts');
        return getLive(session, resourceId, signal, throttlingWaitMs);
      }, signal),
  };
}

/** Turns Azure's refusals into answers about Azure, not about the client. */
async function translated<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted) throw new RequestError(504, 'UpstreamTimeout', 'Azure did not answer in time');
    if (error instanceof ArmError) throw upstreamError(error.status, error.code, error.message, error);
    if (error instanceof ThrottledError) throw upstreamError(429, error.code, error.message, error);
    if (hasCode(error, 'TooManyMachines')) {
      throw new RequestError(400, 'TooManyMachines', error.message, { target: 'live', hint: error.hint });
    }
    throw error;
  }
}
