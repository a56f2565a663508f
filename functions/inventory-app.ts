import { rm } from 'node:fs/promises';
import { openSession } from '../lib/azure/session.ts';
import { openStore } from '../lib/azure/store/open-store.ts';
import type { HttpContext } from '../lib/http/context.ts';
import { createResponseCache } from '../lib/http/response-cache.ts';
import { lastPeriodMs } from '../lib/http/schedule-times.ts';
import type { Run, RunTrigger } from '../lib/inventory/run.ts';
import { createDatabaseReader } from '../lib/published/current-database.ts';
import { readIdentityRoles } from '../lib/rights/identity-roles.ts';
import { findMissingRights } from '../lib/rights/missing-rights.ts';
import { whoAmI } from '../lib/rights/whoami.ts';
import { publishedRun } from '../lib/run/fail-step.ts';
import type { RunEnvironment } from '../lib/run/run-environment.ts';
import { startRun } from '../lib/run/start-run.ts';
import type { Environment, Settings } from '../lib/settings.ts';
import { sourcesOf } from '../lib/sources/source.ts';
import { acceptedFindings } from './accepted-findings.ts';
import { liveReads } from './live-reads.ts';
import { publishedInventory } from './published-inventory.ts';
import { runAccess } from './run-access.ts';
import { logRun, type RunLogger } from './run-log.ts';
import { scratchFolder } from './scratch-folder.ts';
import { version } from './version.ts';

/** Makes the engine take the steps of a run, unless it does already. `own`: it has just been begun. */
export type Drive = (runId: string, own: boolean, signal: AbortSignal) => Promise<void>;

export interface InventoryApp {
  http(drive: Drive, logger: RunLogger): HttpContext;
  /**
   * @returns as soon as the run is on record and driven
   * @throws {RunAlreadyRunningError}
   */
  startRun(
    request: { readonly trigger: RunTrigger; readonly scope: readonly string[] | null },
    drive: Drive,
    logger: RunLogger,
    signal: AbortSignal,
  ): Promise<Run>;
  /** What the steps of runs work with. */
  environment(logger: RunLogger): RunEnvironment;
  /** To be called once for each run that ends, by what ended it. */
  ended(run: Run, logger: RunLogger): Promise<void>;
  /** Aborted when the process ends. */
  readonly signal: AbortSignal;
  /** The process ends: so does what it is doing. */
  end(): Promise<void>;
}

/** Time to read what is new in a run, before it is logged without that. */
const logTimeoutMs = 60_000;
/** Where the schedule says nothing of its period: a day. */
const defaultPeriodMs = 24 * 60 * 60_000;

/**
 * Puts the app together from what the settings name. Nothing is sent yet.
 * @throws {InvalidSettingError} the storage cannot be understood
 */
export function createInventoryApp(settings: Settings, environment: Environment): InventoryApp {
  const folder = scratchFolder();
  const store = openStore(settings, environment);
  const session = openSession(settings, environment);
  const sources = sourcesOf(settings, environment, session.tokens);
  const reader = createDatabaseReader(store, folder, ({ code, message, hint }) =>
    console.error(`The published inventory: ${code}: ${message}${hint === null ? '' : `. ${hint}`}`),
  );
  const shutdown = new AbortController();
  const responses = createResponseCache();
  const accepted = acceptedFindings(settings, environment, session);

  const app: InventoryApp = {
    signal: shutdown.signal,
    environment: (logger) => ({
      store,
      reader,
      session,
      settings,
      sources,
      folder,
      acceptedFindings: accepted,
      resumeWithinMs: lastPeriodMs(settings.schedule, new Date()) ?? defaultPeriodMs,
      warn: ({ code, message }) => logger.error(`${code}: ${message}`),
    }),
    async ended(run, logger) {
      reader.expire();
      await logRun(run, reader, logger, AbortSignal.timeout(logTimeoutMs));
    },
    startRun: ({ trigger, scope }, drive, logger, signal) =>
      startRun(
        {
          store,
          trigger,
          scope,
          drive,
          timeoutMinutes: settings.runTimeoutMinutes,
          publishedRun: (runId, both) => publishedRun(reader, runId, both),
          ended: (run) => app.ended(run, logger),
        },
        signal,
      ),
    http: (drive, logger) => ({
      version,
      schedule: settings.schedule,
      now: () => new Date(),
      ...publishedInventory(store, reader),
      ...runAccess(store, reader, {
        start: (scope, signal) => app.startRun({ trigger: 'http', scope }, drive, logger, signal),
        ended: (run) => app.ended(run, logger),
      }),
      ...liveReads(session, settings),
      acceptedFindings: accepted,
      async whoami(signal) {
        const { cloud, tokens, arm } = session;
        const readRoles = (principalId: string) => readIdentityRoles(arm, principalId, signal);
        const { identity, warnings } = await whoAmI({
          tokens,
          cloud,
          readRoles,
          signal,
          findMissingRights: (principalId) =>
            findMissingRights({ arm, tokens, settings, environment, principalId, signal }),
        });
        for (const warning of warnings) console.warn(`identity: ${warning}`);
        return identity;
      },
      responses,
      logError: (message) => console.error(message),
    }),
    async end() {
      shutdown.abort();
      await reader.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return app;
}
