import type { FindingRule, Severity } from '../../../lib/inventory/finding.ts';
import type { ChangeKind } from '../../../lib/inventory/run.ts';

/** A change that an inventory must tell of when it read the first state and then the second. */
export interface ExpectedChange {
  readonly kind: ChangeKind;
  /** Compared without regard to case. */
  readonly resourceId: string;
  /** The identity that it is about (of a re-created one the new id); null where it is about no identity. */
  readonly principalId: string | null;
}

/** A finding that an inventory must have, with `INVENTORY_IDLE_DAYS=0` and the other settings as they are by default. */
export interface ExpectedFinding {
  readonly rule: FindingRule;
  readonly severity: Severity;
  /** Compared without regard to case. */
  readonly resourceId: string;
  readonly principalId: string;
}

/** `INVENTORY_SHARED_IDENTITY_LIMIT` by default. */
export const sharedIdentityLimit = 10;
