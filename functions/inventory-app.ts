import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIdentityRoles } from '../lib/azure/identity-roles.ts';
import { openStore } from '../lib/azure/store/open-store.ts';
import { whoAmI } from '../lib/azure/whoami.ts';
import { createDatabaseReader } from '../lib/collect/current-database.ts';
import { startRun as startInProcess } from '../lib/collect/in-process-run.ts';
import { openSession } from '../lib/collect/session.ts';
import type { HttpContext } from '../lib/http/context.ts';
import { createResponseCache } from '../lib/http/response-cache.ts';
import type { Run, RunTrigger } from '../lib/inventory/run.ts';
import type { Environment, Settings } from '../lib/settings.ts';
import { liveReads } from './live-reads.ts';
import { publishedInventory } from './published-inventory.ts';
import { runAccess } from './run-access.ts';
import { logRun } from './run-log.ts';
import { version } from './version.ts';

/** A run of this process. */
export interface AppRun {
  readonly run: Run;
  /** How it ended; never rejected. Logged by then. */
  readonly finished: Promise<Run>;
}

export interface InventoryApp {
  readonly http: HttpContext;
  /** @throws {RunAlreadyRunningError} */
  startRun(trigger: RunTrigger, subscriptions: readonly string[] | null, signal: AbortSignal): Promise<AppRun>;
  /** The process ends: so do its runs. */
  end(): Promise<void>;
}

/** Time to read what is new in a run, before it is logged without that. */
const logTimeoutMs = 60_000;

/**
 * Puts the app together from what the settings name. Nothing is sent yet.
 * @throws {InvalidSettingError} the storage cannot be understood
 */
export function createInventoryApp(settings: Settings, environment: Environment): InventoryApp {
  const folder = join(tmpdir(), `vm-identities-${process.pid}`);
  const store = openStore(settings, environment);
  const session = openSession(settings, environment);
  const reader = createDatabaseReader(store, folder);
  const shutdown = new AbortController();
  const underWay = new Set<Promise<Run>>();

  const startRun: InventoryApp['startRun'] = async (trigger, scope, signal) => {
    const started = await startInProcess(
      {
        ...{ store, reader, session, settings, trigger, scope, folder },
        shutdown: shutdown.signal,
        warn: ({ code, message }) => console.warn(`${code}: ${message}`),
      },
      signal,
    );
    const finished = started.finished.then(async (run) => {
      reader.expire();
      await logRun(run, reader, console, AbortSignal.timeout(logTimeoutMs));
      underWay.delete(finished);
      return run;
    });
    underWay.add(finished);
    return { run: started.run, finished };
  };

  return {
    startRun,
    http: {
      version,
      schedule: settings.schedule,
      now: () => new Date(),
      ...publishedInventory(store, reader),
      ...runAccess(store, reader, (scope, signal) => startRun('http', scope, signal)),
      ...liveReads(session, settings),
      async whoami(signal) {
        const { cloud, tokens, arm } = session;
        const readRoles = (principalId: string) => readIdentityRoles(arm, principalId, signal);
        const { identity, warnings } = await whoAmI({ tokens, cloud, readRoles, signal });
        for (const warning of warnings) console.warn(`identity: ${warning}`);
        return identity;
      },
      responses: createResponseCache(),
      logError: (message) => console.error(message),
    },
    async end() {
      shutdown.abort();
      await Promise.allSettled(underWay);
      await reader.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
