import type { Database } from '../database/database.ts';
import type { Coverage } from '../inventory/coverage.ts';
import type { AcceptedFinding } from '../inventory/finding.ts';
import type { Completeness } from '../inventory/query.ts';
import type { Run } from '../inventory/run.ts';
import type { VirtualMachine } from '../inventory/virtual-machine.ts';
import type { ResponseCache } from './response-cache.ts';

/** The published inventory, open for reading. Dispose it after the last row: a newer publication closes the file after its last user. */
export interface PublishedDatabase extends Disposable {
  readonly database: Database;
  /** Names this publication: another one, another value. */
  readonly etag: string;
  /** The newest file could not be used and this is the one before: no answer is complete. */
  readonly damaged: boolean;
}

/** The newest run that was published. */
export interface LastRun {
  readonly finishedAt: string;
  readonly complete: boolean;
}

export interface LiveList {
  readonly machines: readonly VirtualMachine[];
  readonly coverage: readonly Coverage[];
  readonly completeness: Completeness;
}

type StartedRun =
  | { readonly outcome: 'started'; readonly run: Run }
  | { readonly outcome: 'alreadyRunning'; readonly runId: string };

type CancelledRun =
  | { readonly outcome: 'cancelling'; readonly run: Run }
  | { readonly outcome: 'ended'; readonly run: Run };

/** Everything a request may need that is not in the request: handed in, so that handlers know neither Azure nor Functions. */
export interface HttpContext {
  readonly version: string;
  /** NCRONTAB, six fields. */
  readonly schedule: string;
  readonly now: () => Date;
  /** @throws {InventoryError} `InventoryNotReady` before the first run; the store's own codes */
  readonly currentDatabase: (signal: AbortSignal) => Promise<PublishedDatabase>;
  /**
   * What `INVENTORY_ACCEPTED_FINDINGS` silences, expired ones among them.
   * @throws {InvalidSettingError} the file is not what it should be  @throws {InventoryError} it could not be read
   */
  readonly acceptedFindings: (signal: AbortSignal) => Promise<readonly AcceptedFinding[]>;
  /** null before the first run. Costs one small read: no database is downloaded for it. */
  readonly lastRun: (signal: AbortSignal) => Promise<LastRun | null>;
  /** A link to the compressed file that works for ten minutes; null where none can be made, or that file is not the one served. */
  readonly databaseLink: (signal: AbortSignal) => Promise<string | null>;
  /** Newest first; `before`: only runs that come before this id, that is older ones. */
  readonly listRuns: (limit: number, before: string | null, signal: AbortSignal) => Promise<readonly Run[]>;
  readonly getRun: (runId: string, signal: AbortSignal) => Promise<Run | null>;
  /** Returns as soon as the run is on record; it goes on by itself. `subscriptions`: null = all. */
  readonly startRun: (subscriptions: readonly string[] | null, signal: AbortSignal) => Promise<StartedRun>;
  /** @throws {NotFoundError} `RunNotFound` */
  readonly cancelRun: (runId: string, signal: AbortSignal) => Promise<CancelledRun>;
  /** @throws {UpstreamError} Azure refused */
  readonly listLive: (subscriptionId: string, limit: number, signal: AbortSignal) => Promise<LiveList>;
  /** @throws {UpstreamError} Azure refused  @throws {NotFoundError} */
  readonly getLive: (resourceId: string, signal: AbortSignal) => Promise<VirtualMachine>;
  /** What `vm-identities whoami` prints; never a token. @throws {NoTokenError} */
  readonly whoami: (signal: AbortSignal) => Promise<unknown>;
  readonly responses: ResponseCache;
  /** One line for the app's log. */
  readonly logError: (message: string) => void;
}

/** What handlers read of a request. The platform's Request has it, and so has the Functions library's. */
export type IncomingRequest = Pick<Request, 'method' | 'url' | 'headers' | 'body'>;
