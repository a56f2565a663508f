import type { BlindSpot, Coverage, CoverageCounts, Kind } from './coverage.ts';
import type { FindingRule, Severity } from './finding.ts';
import type { PrincipalState } from './principal.ts';
import type { ChangeKind } from './run.ts';
import type { MachineType } from './virtual-machine.ts';

/** The state of the inventory that a query answers: a run, by its place in the order of merges. */
export interface AsOf {
  readonly seq: number;
  readonly runId: string;
  /** That run's finishedAt. */
  readonly finishedAt: string;
}

/** Filters of the lists, as HTTP and the command line both have them. Names compare without case, tag values with. */
export interface MachineFilter {
  readonly type?: MachineType | 'any';
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly name?: string;
  readonly location?: string;
  readonly identityType?: 'none' | 'systemAssigned' | 'userAssigned' | 'any';
  readonly principalId?: string;
  readonly clientId?: string;
  readonly tags?: readonly { readonly name: string; readonly value: string | null }[];
  /** `running`, `deallocated`, …: the part behind `PowerState/`. */
  readonly powerState?: string;
  readonly osType?: string;
  readonly stale?: boolean;
  /** Default false: only machines that exist. */
  readonly deleted?: boolean | 'any';
}

export interface PrincipalFilter extends MachineFilter {
  readonly state?: PrincipalState;
}

/** Changes after one run, up to and including another. */
export interface ChangeRange {
  /** null = from the beginning of history, which is no change itself. */
  readonly from: AsOf | null;
  readonly to: AsOf;
}

/** Filters of the log of changes; ids compare without case. */
export interface ChangeFilter {
  readonly kind?: ChangeKind;
  /** Of the machine, of the identity, or one in whose listing the role assignment stood. */
  readonly subscriptionId?: string;
  /** As `Change.resourceId` has it; of a machine that moved also the id that it had before. */
  readonly resourceId?: string;
  /** Also changes of machines that had the identity with them, and its being replaced. */
  readonly principalId?: string;
}

export interface FindingFilter {
  readonly rule?: FindingRule;
  readonly severity?: Severity;
  /** Of the resource that it is about, lower case. */
  readonly subscriptionId?: string;
  readonly principalId?: string;
  readonly stale?: boolean;
}

export interface OrderBy {
  readonly field: 'name' | 'subscriptionId' | 'location' | 'timeCreated';
  readonly descending: boolean;
}

/** Where a page ended: value of the order field (null = no order asked for) and the row's own number. */
export interface PagePosition {
  readonly value: string | number | null;
  readonly row: number;
}

export interface PageRequest {
  readonly limit: number;
  readonly orderBy?: OrderBy | undefined;
  readonly after?: PagePosition | undefined;
}

export interface Page<Row> {
  readonly value: readonly Row[];
  /** Absent on the last page. */
  readonly next?: PagePosition;
}

/** How complete an answer is. */
export interface Completeness {
  readonly complete: boolean;
  readonly coverage: CoverageCounts;
}

export interface Ledger {
  readonly coverage: readonly Coverage[];
  /** null where blind spots cannot be known. */
  readonly blindSpots: readonly BlindSpot[] | null;
}

/** Kinds that an answer shows: its completeness speaks of these. */
export type ShownKinds = readonly Kind[];
