import type { FindingRule, Severity } from '../../inventory/finding.ts';
import type { Database } from '../database.ts';
import type { LocateIdentity } from './identity-locations.ts';
import type { StandingAssignments } from './standing-assignments.ts';

/** Thresholds of the rules, from the settings. */
export interface Thresholds {
  /** Days that a machine must have been deallocated to count as idle. */
  readonly idleDays: number;
  /** Machines that one identity may be on before it counts as shared. */
  readonly sharedIdentityLimit: number;
}

/** What a rule reads: the present state of the inventory, within the transaction of a merge. */
export interface RuleContext {
  readonly database: Database;
  /** When the run that is being merged began, epoch milliseconds. */
  readonly now: number;
  readonly thresholds: Thresholds;
  readonly assignments: StandingAssignments;
  readonly locate: LocateIdentity;
}

/** One finding of a rule. There is one per rule, resource and principal. */
export interface Found {
  readonly resourceId: string;
  readonly principalId: string;
  readonly severity: Severity;
  readonly message: string;
  readonly remediation: string;
  /** The newest run that should have read its evidence did not. */
  readonly stale: boolean;
}

/** A rule and what it finds now. It writes nothing. */
export interface Rule {
  readonly name: FindingRule;
  readonly find: (context: RuleContext) => Iterable<Found>;
}
