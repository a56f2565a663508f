import { rm } from 'node:fs/promises';
import { keptFor } from '../lib/async/kept-for.ts';
import { openSession } from '../lib/azure/session.ts';
import { openStore } from '../lib/azure/store/open-store.ts';
import type { HttpContext } from '../lib/http/context.ts';
import { lastPeriodMs } from '../lib/http/schedule-times.ts';
import type { Run, RunTrigger } from '../lib/inventory/run.ts';
import { createDatabaseReader } from '../lib/published/database-reader.ts';
import { readAcceptedFindings } from '../lib/published/read-accepted-findings.ts';
import { publishedRun } from '../lib/run/fail-step.ts';
import { resumeRun } from '../lib/run/resume-run.ts';
import type { RunEnvironment } from '../lib/run/run-environment.ts';
import { type DriveRun, startRun } from '../lib/run/start-run.ts';
import type { Environment, Settings } from '../lib/settings.ts';
import { sourcesOf } from '../lib/sources/source.ts';
import { logErrorLine } from './console-lines.ts';
import { logText } from './failure-message.ts';
import { createHttpContexts, keptLastRun, readLastRun } from './http-context.ts';
import { logRun, type RunLogger } from './run-log.ts';
import { scheduleLine } from './schedule-log.ts';
import { scratchFolder } from './scratch-folder.ts';

export interface InventoryApp {
  http(drive: DriveRun, logger: RunLogger): HttpContext;
  /**
   * @returns as soon as the run is on record and driven
   * @throws {RunAlreadyRunningError}
   */
  startRun(
    request: { readonly trigger: RunTrigger; readonly scope: readonly string[] | null },
    drive: DriveRun,
    logger: RunLogger,
    signal: AbortSignal,
  ): Promise<Run>;
  /**
   * Starts the orchestration of the recorded run again if it has died.
   * @throws {InventoryError} the store's own; the engine does not answer
   */
  resumeRun(drive: DriveRun, logger: RunLogger, signal: AbortSignal): Promise<void>;
  /** Logs when the newest run becomes too old, for the alert `run-late`. @throws {InventoryError} the store's own */
  logSchedule(logger: RunLogger, signal: AbortSignal): Promise<void>;
  /** For the steps of runs. */
  environment(logger: RunLogger): RunEnvironment;
  /** Logs a run that has ended. Whatever ends the run calls it once. */
  ended(run: Run, logger: RunLogger): Promise<void>;
  /** Aborted when the process ends. */
  readonly signal: AbortSignal;
  /** Ends all work, because the process ends. */
  end(): Promise<void>;
}

/** Time to read what is new in a run; after that, the run is logged without it. */
const logTimeoutMs = 60_000;
/** An answer may lag behind the file of accepted findings by this time. */
const acceptedFindingsKeptMs = 60_000;
/** For a schedule without a known period: a day. */
const defaultPeriodMs = 24 * 60 * 60_000;

/**
 * Creates the app from its settings. Sends nothing yet.
 * @throws {InvalidSettingError} the storage setting is missing or invalid
 */
export function createInventoryApp(settings: Settings, environment: Environment): InventoryApp {
  const folder = scratchFolder();
  const store = openStore(settings, environment);
  const session = openSession(settings, environment);
  const sources = sourcesOf(settings, environment, session.tokens);
  const reader = createDatabaseReader(store, folder, (reason) =>
    logErrorLine(`The published inventory: ${logText(reason)}`),
  );
  const shutdown = new AbortController();
  const lastRun = keptLastRun(store);
  const accepted = keptFor(acceptedFindingsKeptMs, (signal) =>
    readAcceptedFindings(settings, environment, session.tokens, signal),
  );
  const resources = { settings, environment, session, store, reader, lastRun, acceptedFindings: accepted.get };
  const createHttpContext = createHttpContexts(resources);

  const claimRequest = (logger: RunLogger) => ({
    store,
    timeoutMinutes: settings.runTimeoutMinutes,
    publishedRun: (runId: string, signal: AbortSignal) => publishedRun(reader, runId, signal),
    ended: (run: Run) => app.ended(run, logger),
  });

  const app: InventoryApp = {
    signal: shutdown.signal,
    environment: (logger) => ({
      ...resources,
      sources,
      folder,
      resumeWithinMs: lastPeriodMs(settings.schedule, new Date()) ?? defaultPeriodMs,
      warn: (reason) => logger.error(logText(reason)),
    }),
    async ended(run, logger) {
      reader.expire();
      lastRun.expire();
      await logRun(run, reader, logger, AbortSignal.timeout(logTimeoutMs));
    },
    startRun: ({ trigger, scope }, drive, logger, signal) =>
      startRun({ ...claimRequest(logger), trigger, scope, drive }, signal),
    resumeRun: (drive, logger, signal) =>
      resumeRun({ ...claimRequest(logger), drive, warn: (line) => logger.warn(line) }, signal),
    async logSchedule(logger, signal) {
      const newest = await readLastRun(store, signal);
      const oldestRunId = newest === null ? await store.runs.oldestId(signal) : null;
      logger.info(scheduleLine(settings.schedule, newest, oldestRunId, new Date()));
    },
    http: (drive, logger) =>
      createHttpContext({
        start: (scope, signal) => app.startRun({ trigger: 'http', scope }, drive, logger, signal),
        ended: (run) => app.ended(run, logger),
        logger,
      }),
    async end() {
      shutdown.abort();
      await reader.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return app;
}
