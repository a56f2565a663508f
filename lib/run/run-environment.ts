import type { Session } from '../azure/session.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import type { Reason } from '../errors.ts';
import type { AcceptedFinding } from '../inventory/finding.ts';
import type { DatabaseReader } from '../published/database-reader.ts';
import type { Settings } from '../settings.ts';
import type { Source } from '../sources/source.ts';

/** What the steps of every run need. The state of a run is in the store, so any process can execute any step. */
export interface RunEnvironment {
  readonly store: InventoryStore;
  readonly reader: DatabaseReader;
  readonly session: Session;
  readonly settings: Settings;
  /** Other deployments whose newest state each run takes in. */
  readonly sources: readonly Source[];
  /** The findings that `INVENTORY_ACCEPTED_FINDINGS` silences. @throws {InventoryError} they could not be read */
  readonly acceptedFindings: (signal: AbortSignal) => Promise<readonly AcceptedFinding[]>;
  /** A run resumes batches of a run that timed out up to this age: the time between two runs. */
  readonly resumeWithinMs: number;
  /** For temporary files; made when missing. */
  readonly folder: string;
  /** Called with failures that harm no row. */
  readonly warn: (reason: Reason) => void;
}
