import type { Database } from '../database/database.ts';
import type { AcceptedFinding } from '../inventory/finding.ts';
import type { LiveAccess } from '../inventory/live-principal.ts';
import type { LiveList } from '../inventory/query.ts';
import type { Run } from '../inventory/run.ts';
import type { VirtualMachine } from '../inventory/virtual-machine.ts';
import type { ResponseCache } from './response-cache.ts';

/** The published inventory, open for reading. Dispose it after the last row, so that a replaced file can close. */
export interface PublishedDatabase extends Disposable {
  readonly database: Database;
  /** Differs for each publication. */
  readonly etag: string;
  /** The newest file is damaged and this is the one before: no answer is complete. */
  readonly damaged: boolean;
}

/** The newest run that was published. */
export interface LastRun {
  readonly finishedAt: string;
  readonly complete: boolean;
}

type StartedRun =
  | { readonly outcome: 'started'; readonly run: Run }
  | { readonly outcome: 'alreadyRunning'; readonly runId: string };

/** What was built. */
export interface Build {
  readonly version: string;
  /** The commit that the package was built from; null = not known. */
  readonly commit: string | null;
}

/** Everything that a handler needs besides the request. Handlers know neither Azure nor Functions. */
export interface HttpContext extends Build {
  /** NCRONTAB, six fields. */
  readonly schedule: string;
  readonly now: () => Date;
  /** @throws {InventoryError} `InventoryNotReady` before the first run; the store's own codes */
  readonly currentDatabase: (signal: AbortSignal) => Promise<PublishedDatabase>;
  /**
   * The findings that `INVENTORY_ACCEPTED_FINDINGS` accepts, expired ones included.
   * @throws {InvalidSettingError} the file is missing or invalid
   * @throws {InventoryError} the blob could not be read
   */
  readonly acceptedFindings: (signal: AbortSignal) => Promise<readonly AcceptedFinding[]>;
  /** null before the first run. Costs one small read and downloads no database. */
  readonly lastRun: (signal: AbortSignal) => Promise<LastRun | null>;
  /** A link to the compressed file, valid for ten minutes; null where none can be made, or another file is served. */
  readonly databaseLink: (signal: AbortSignal) => Promise<string | null>;
  /** Newest first; `before`: only runs with a smaller id, which are older. */
  readonly listRuns: (limit: number, before: string | null, signal: AbortSignal) => Promise<readonly Run[]>;
  readonly getRun: (runId: string, signal: AbortSignal) => Promise<Run | null>;
  /** Returns as soon as the run is on record and driven. `subscriptions`: null = all. */
  readonly startRun: (subscriptions: readonly string[] | null, signal: AbortSignal) => Promise<StartedRun>;
  /** @throws {NotFoundError} `RunNotFound` */
  readonly cancelRun: (
    runId: string,
    signal: AbortSignal,
  ) => Promise<{ readonly outcome: 'cancelling' | 'ended'; readonly run: Run }>;
  /** @throws {RequestError} Azure refused */
  readonly listLive: (subscriptionId: string, limit: number, signal: AbortSignal) => Promise<LiveList>;
  /** @throws {RequestError} Azure refused  @throws {NotFoundError} */
  readonly getLive: (resourceId: string, signal: AbortSignal) => Promise<VirtualMachine>;
  /** @throws {RequestError} Azure refused the list of subscriptions */
  readonly readAccess: (principalId: string, signal: AbortSignal) => Promise<LiveAccess>;
  /** What `vm-identities whoami` prints; never a token. @throws {NoTokenError} */
  readonly whoami: (signal: AbortSignal) => Promise<unknown>;
  readonly responses: ResponseCache;
  /** One line for the app's log. */
  readonly logError: (message: string) => void;
}

/** The part of a request that handlers read: the platform's Request and the Functions library's both have it. */
export type IncomingRequest = Pick<Request, 'method' | 'url' | 'headers' | 'body'>;
