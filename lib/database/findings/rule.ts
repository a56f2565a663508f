import type { FindingRule, Severity } from '../../inventory/finding.ts';
import type { Database } from '../database.ts';
import type { Freshness } from './freshness.ts';

/** Thresholds of the rules, from the settings. */
export interface Thresholds {
  /** Days that a machine must have been deallocated to count as idle. */
  readonly idleDays: number;
  /** Machines that one identity may be on before it counts as shared. */
  readonly sharedIdentityLimit: number;
}

/** What a rule looks at: the present state of the inventory, within the transaction of a merge. */
export interface RuleContext {
  readonly database: Database;
  /** When the run that is being merged began, epoch milliseconds. */
  readonly now: number;
  readonly thresholds: Thresholds;
  readonly fresh: Freshness;
}

/** One thing that a rule found. One per rule, resource and principal. */
export interface Found {
  readonly resourceId: string;
  readonly principalId: string;
  readonly severity: Severity;
  readonly message: string;
  readonly remediation: string;
  /** What it rests on was not read by the newest run that should have. */
  readonly stale: boolean;
}

/** A rule: what it is called, and what it finds now. It changes nothing. */
export interface Rule {
  readonly name: FindingRule;
  readonly find: (context: RuleContext) => Iterable<Found>;
}
