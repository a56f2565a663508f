import type { Session } from '../azure/session.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import type { Reason } from '../errors.ts';
import type { AcceptedFinding } from '../inventory/finding.ts';
import type { DatabaseReader } from '../published/current-database.ts';
import type { Settings } from '../settings.ts';
import type { Source } from '../sources/source.ts';

/** What the steps of a run need. Nothing of a run itself: that is in the store, so that any process can take any step. */
export interface RunEnvironment {
  readonly store: InventoryStore;
  readonly reader: DatabaseReader;
  readonly session: Session;
  readonly settings: Settings;
  /** Other deployments, whose present each run takes in. */
  readonly sources: readonly Source[];
  /** What `INVENTORY_ACCEPTED_FINDINGS` silences. @throws {InventoryError} it could not be read */
  readonly acceptedFindings: (signal: AbortSignal) => Promise<readonly AcceptedFinding[]>;
  /** Batches of a run that timed out are taken over up to this age: the time between two runs. */
  readonly takeOverMs: number;
  /** For throw-away files; made when missing. */
  readonly folder: string;
  /** What went wrong on the way and harms no row. */
  readonly warn: (reason: Reason) => void;
}
