import type { Readable } from 'node:stream';
import type { BatchAddress, Plan, PlannedBatch, RecordedPlan } from '../../inventory/plan.ts';
import type { Run } from '../../inventory/run.ts';

/** The content of `latest.json`: one published database. Size and hash are of the raw file, before compression. */
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

/** A raw database file to upload. */
export interface DatabaseFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A batch's counts, from its metadata. */
export interface BatchCounts {
  readonly subscriptions: number;
  readonly virtualMachines: number;
  readonly requests: number;
}

/** The content of `latest.json` and its ETag, which differs for each publication. */
export interface PublishedPointer {
  readonly latest: Latest;
  readonly etag: string;
}

export interface LatestPointer {
  /** @returns null before the first publication @throws {InventoryError} `StoredJsonUnreadable` */
  read(signal: AbortSignal): Promise<PublishedPointer | null>;
  /**
   * Moves the pointer if its ETag is still `etag` (null: if it does not exist).
   * @returns false when another writer moved it
   */
  move(latest: Latest, etag: string | null, signal: AbortSignal): Promise<boolean>;
}

/** Published databases, each written once. */
export interface Databases {
  /**
   * Uploads a database, compressed. Succeeds when it already exists with the same hash.
   * @returns its blob name
   * @throws {InventoryError} `DatabaseNameTaken`
   */
  write(runId: string, file: DatabaseFile, signal: AbortSignal): Promise<string>;
  /** Streams the raw bytes. @throws {InventoryError} `DatabaseMissing` */
  read(name: string, signal: AbortSignal): Promise<Readable>;
  /** Size and hash of the raw file; null when the database does not exist. */
  describe(name: string, signal: AbortSignal): Promise<{ readonly sizeBytes: number; readonly sha256: string } | null>;
  /** A link that reads this one blob for ten minutes; null for a connection string. */
  url(name: string, signal: AbortSignal): Promise<string | null>;
  /** See {@link pruneDatabases}. @returns the names removed */
  prune(latest: Latest, now: Date, signal: AbortSignal): Promise<readonly string[]>;
}

export interface RunRecords {
  /** @throws {InventoryError} `RunExists` */
  create(run: Run, signal: AbortSignal): Promise<void>;
  /** `ageMs`: time since the last write, by the storage service's clock. */
  read(runId: string, signal: AbortSignal): Promise<{ readonly run: Run; readonly ageMs: number } | null>;
  /**
   * Reads, changes and writes a record; repeats when another writer came between.
   * @param change gets the current record; null = leave it
   * @returns the record afterwards
   * @throws {NotFoundError} `RunNotFound`
   */
  update(runId: string, change: (run: Run) => Run | null, signal: AbortSignal): Promise<Run>;
  remove(runId: string, signal: AbortSignal): Promise<void>;
  /** Newest first. @param before only runs older than the run of this id */
  list(limit: number, signal: AbortSignal, before?: string): Promise<readonly Run[]>;
}

/** Names the one run that may run now. It is never released: the next start takes it once that run has ended. */
export interface RunClaim {
  read(signal: AbortSignal): Promise<{ readonly runId: string; readonly etag: string } | null>;
  /** @returns false when another start came first */
  take(runId: string, etag: string | null, signal: AbortSignal): Promise<boolean>;
}

export interface Plans {
  /** Writes a run's plan unless it has one. @returns the plan on record */
  write(plan: Plan, batches: readonly PlannedBatch[], signal: AbortSignal): Promise<RecordedPlan>;
  read(runId: string, signal: AbortSignal): Promise<RecordedPlan | null>;
}

export interface Batches {
  /** Counts of a batch of this plan; null when it does not exist yet. */
  find(address: BatchAddress, signal: AbortSignal): Promise<BatchCounts | null>;
  /** Time since the batch was written, by the storage service's clock; null when it does not exist yet. */
  ageMs(address: BatchAddress, signal: AbortSignal): Promise<number | null>;
  /** Sums over all finished batches of a run. */
  finished(runId: string, signal: AbortSignal): Promise<BatchCounts>;
  /**
   * Uploads a batch unless this plan has it.
   * @returns the counts of the batch on record
   * @throws {InventoryError} `BatchOfAnotherPlan`
   */
  write(
    address: BatchAddress,
    file: { readonly path: string; readonly counts: BatchCounts },
    signal: AbortSignal,
  ): Promise<BatchCounts>;
  /** Streams the batch's lines. @throws {InventoryError} `BatchMissing`, `BatchOfAnotherPlan` */
  read(address: BatchAddress, signal: AbortSignal): Promise<Readable>;
}

/** All that a reader of the published inventory needs. */
export interface DatabaseSource {
  /** URL of the container. */
  readonly url: string;
  readonly latest: Pick<LatestPointer, 'read'>;
  readonly databases: Pick<Databases, 'read' | 'describe'>;
}

/** All that a publisher needs. */
export interface PublishedInventory extends DatabaseSource {
  readonly latest: LatestPointer;
  readonly databases: Databases;
  /** See {@link writeCurrentMachines}. */
  writeCurrentMachines(chunks: Iterable<string>, signal: AbortSignal): Promise<void>;
}

/**
 * The container that holds the inventory. Every operation throws InventoryErrors: `StorageDenied`, `StorageNotFound`,
 * `StorageUnavailable`, `StorageUnreachable`, `StorageFailed`, and its own codes.
 */
export interface InventoryStore extends PublishedInventory {
  /** See {@link writeReport}. */
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
