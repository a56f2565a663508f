import type { Readable } from 'node:stream';
import type { BatchAddress, Plan, PlannedBatch, RecordedPlan } from '../../inventory/plan.ts';
import type { Run } from '../../inventory/run.ts';

/** A published database: what `latest.json` says of it. Size and hash are of the raw file, before compression. */
export interface Latest {
  readonly runId: string;
  readonly seq: number;
  /** Blob name within the container: `databases/<runId>-<first 8 of sha256>.sqlite.zst`. */
  readonly database: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** ISO 8601 UTC. */
  readonly publishedAt: string;
  readonly complete: boolean;
  readonly previous: { readonly database: string; readonly sha256: string } | null;
}

/** A raw database file on the way up. */
export interface DatabaseFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a batch holds, as its metadata says it. */
export interface BatchCounts {
  readonly subscriptions: number;
  readonly virtualMachines: number;
  readonly requests: number;
}

/** What `latest.json` says, and its ETag: another publication, another value. */
export interface PublishedPointer {
  readonly latest: Latest;
  readonly etag: string;
}

/** The pointer to the newest database. */
export interface LatestPointer {
  /** null before the first publication. @throws {InventoryError} `LatestUnreadable` */
  read(signal: AbortSignal): Promise<PublishedPointer | null>;
  /**
   * Moves the pointer if it is still where `etag` says (null: there is none yet).
   * @returns false when it had moved
   */
  move(latest: Latest, etag: string | null, signal: AbortSignal): Promise<boolean>;
}

/** The databases themselves, each written once. */
export interface Databases {
  /**
   * Uploads a database, compressed. One that is there already with the same hash is a success.
   * @returns its blob name
   * @throws {InventoryError} `DatabaseNameTaken`
   */
  write(runId: string, file: DatabaseFile, signal: AbortSignal): Promise<string>;
  /** Raw bytes, decompressed as they come. @throws {InventoryError} `DatabaseMissing` */
  read(name: string, signal: AbortSignal): Promise<Readable>;
  /** Size and hash of the raw file; null when there is no such database. */
  describe(name: string, signal: AbortSignal): Promise<{ readonly sizeBytes: number; readonly sha256: string } | null>;
  /** A link that reads this one blob for ten minutes; null where none can be made (connection strings). */
  url(name: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Removes what nobody needs: not named by `latest`, not among the ten newest, older than a day.
   * @returns the names removed
   */
  prune(latest: Latest, now: Date, signal: AbortSignal): Promise<readonly string[]>;
}

export interface RunRecords {
  /** Makes the record of a new run. */
  create(run: Run, signal: AbortSignal): Promise<void>;
  /** `ageMs`: time since the record was last written, by the storage service's own clock. */
  read(runId: string, signal: AbortSignal): Promise<{ readonly run: Run; readonly ageMs: number } | null>;
  /**
   * Reads, changes and writes, again when another writer came between.
   * @param change gets the record as it is; null = leave it
   * @returns the record after it
   * @throws {NotFoundError} `RunNotFound`
   */
  update(runId: string, change: (run: Run) => Run | null, signal: AbortSignal): Promise<Run>;
  remove(runId: string, signal: AbortSignal): Promise<void>;
  /**
   * Newest first.
   * @param before only runs that come before this id, that is older ones
   */
  list(limit: number, signal: AbortSignal, before?: string): Promise<readonly Run[]>;
}

/** Which run is the one that may run now. It is never given back: it falls to the next start once that run has ended. */
export interface RunClaim {
  read(signal: AbortSignal): Promise<{ readonly runId: string; readonly etag: string } | null>;
  /** @returns false when another start came first */
  take(runId: string, etag: string | null, signal: AbortSignal): Promise<boolean>;
}

export interface Plans {
  /** Writes a run's plan. One that is there already wins. @returns the plan on record */
  write(plan: Plan, batches: readonly PlannedBatch[], signal: AbortSignal): Promise<RecordedPlan>;
  read(runId: string, signal: AbortSignal): Promise<RecordedPlan | null>;
}

export interface Batches {
  /** Counts of a batch that this plan has already; null when it has yet to be read. */
  find(address: BatchAddress, signal: AbortSignal): Promise<BatchCounts | null>;
  /** Time since a batch was written, by the storage service's own clock; null when it has yet to be read. */
  ageMs(address: BatchAddress, signal: AbortSignal): Promise<number | null>;
  /** What all finished batches of a run hold together. */
  finished(runId: string, signal: AbortSignal): Promise<BatchCounts>;
  /**
   * Uploads a batch. One that is there already for the same plan wins, and its counts are returned.
   * @throws {InventoryError} `BatchOfAnotherPlan`
   */
  write(
    address: BatchAddress,
    file: { readonly path: string; readonly counts: BatchCounts },
    signal: AbortSignal,
  ): Promise<BatchCounts>;
  /** The batch's lines, decompressed as they come. @throws {InventoryError} `BatchMissing`, `BatchOfAnotherPlan` */
  read(address: BatchAddress, signal: AbortSignal): Promise<Readable>;
}

/** What reading the published inventory needs. */
export interface DatabaseSource {
  /** Address of the container. */
  readonly url: string;
  readonly latest: Pick<LatestPointer, 'read'>;
  readonly databases: Pick<Databases, 'read' | 'describe'>;
}

/** What publishing needs: all that a container opened by its URL offers. */
export interface PublishedInventory extends DatabaseSource {
  readonly latest: LatestPointer;
  readonly databases: Databases;
  /** Writes `current/virtualMachines.ndjson`: the present at a fixed name. @param chunks of whole lines */
  writeCurrentMachines(chunks: Iterable<string>, signal: AbortSignal): Promise<void>;
}

/**
 * The container that holds the inventory. Every operation throws InventoryErrors: `StorageDenied`, `StorageNotFound`,
 * `StorageUnavailable`, `StorageUnreachable`, `StorageFailed`, and what it names itself.
 */
export interface InventoryStore extends PublishedInventory {
  /** Writes `reports/<runId>/<file>`. @param pieces as they are made; empty ones are pauses */
  writeReport(
    report: { readonly runId: string; readonly file: string; readonly contentType: string },
    pieces: Iterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void>;
  readonly runs: RunRecords;
  readonly claim: RunClaim;
  readonly plans: Plans;
  readonly batches: Batches;
}
