import type { Author, AuthorStatus } from '../../../lib/inventory/authors/author.ts';
import type { FindingRule, Severity } from '../../../lib/inventory/finding.ts';
import type { ChangeKind } from '../../../lib/inventory/run.ts';

/** A change that an inventory must report after it read the first and then the second state. */
export interface ExpectedChange {
  readonly kind: ChangeKind;
  /** Compared without regard to case. */
  readonly resourceId: string;
  /** The identity concerned (the new id of a re-created one); null where the change concerns no identity. */
  readonly principalId: string | null;
}

/** A finding that an inventory must report with `INVENTORY_IDLE_DAYS=0` and defaults for the other settings. */
export interface ExpectedFinding {
  readonly rule: FindingRule;
  readonly severity: Severity;
  /** Compared without regard to case. */
  readonly resourceId: string;
  readonly principalId: string;
}

/** The default of `INVENTORY_SHARED_IDENTITY_LIMIT`. */
export const sharedIdentityLimit = 10;

/** The author of a change that an inventory must report after it read the second state. */
export interface ExpectedAuthor extends Pick<ExpectedChange, 'kind' | 'resourceId'> {
  /** null = the log never names it, or may not be read. */
  readonly by: Pick<Author, 'caller' | 'callerType' | 'callerId' | 'candidates'> | null;
  /** Once late events have arrived. */
  readonly byStatus: AuthorStatus;
  /** The log names it only when late events have arrived. */
  readonly isLate: boolean;
}
