import type { Reason } from '../errors.ts';
import type { Coverage, CoverageCounts, Kind } from './coverage.ts';
import type { FindingRule, Severity } from './finding.ts';
import type { PrincipalKind, PrincipalState } from './principal.ts';
import type { ChangeKind } from './run.ts';
import type { IdentityTypeWord, MachineType, VirtualMachine } from './virtual-machine.ts';

/** The state of the inventory that a query answers from: a run, by its place in the order of merges. */
export interface AsOf {
  readonly seq: number;
  readonly runId: string;
  /** That run's finishedAt. */
  readonly finishedAt: string;
}

/** `NAME` or `NAME=VALUE`, divided at the first `=`. Names can contain `=`: see names/tag-filter.ts. */
export interface TagFilter {
  readonly name: string;
  readonly value: string | null;
}

/** Filters of the lists, for HTTP and the command line. Names ignore case, tag values do not. */
export interface MachineFilter {
  readonly type?: MachineType | 'any';
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly name?: string;
  readonly location?: string;
  readonly identityType?: IdentityTypeWord;
  readonly principalId?: string;
  readonly clientId?: string;
  readonly tags?: readonly TagFilter[];
  /** `running`, `deallocated`, …: the part after `PowerState/`. */
  readonly powerState?: string;
  readonly osType?: string;
  readonly vmSize?: string;
  /** A part of the name, of the resource group or of the id. */
  readonly contains?: string;
  readonly stale?: boolean;
  /** Default false: only machines that exist. */
  readonly deleted?: boolean | 'any';
}

export interface PrincipalFilter extends MachineFilter {
  readonly state?: PrincipalState;
  readonly kind?: PrincipalKind;
  /** In the principal id, the client id, the identity's resource id, or the name of a machine that it is or was on. */
  readonly contains?: string;
  /** `machine`: `contains` selects machines instead, as in a filter of machines. */
  readonly containsIn?: 'principal' | 'machine';
}

/** Changes after one run, up to and including another. */
export interface ChangeRange {
  /** null = since the oldest run. What that run found is not a change. */
  readonly from: AsOf | null;
  readonly to: AsOf;
}

/** Filters of the log of changes. Ids ignore case. */
export interface ChangeFilter {
  readonly kind?: ChangeKind;
  /** The subscription of the machine or identity, or one whose list has the role assignment. */
  readonly subscriptionId?: string;
  /** As in `Change.resourceId`. For a moved machine, its previous id matches too. */
  readonly resourceId?: string;
  /** Also matches changes of machines that had the identity, and its replacement. */
  readonly principalId?: string;
  /** `caller` or `callerId` of the author, in any case. */
  readonly caller?: string;
}

export interface FindingFilter {
  readonly rule?: FindingRule;
  readonly severity?: Severity;
  /** Of the resource, lower case. */
  readonly subscriptionId?: string;
  readonly resourceId?: string;
  readonly principalId?: string;
  readonly stale?: boolean;
}

export interface OrderBy {
  readonly field: 'name' | 'subscriptionId' | 'location' | 'timeCreated';
  readonly descending: boolean;
}

/** Where a page ended: the value of the order field (null = no order requested) and the row's number. */
export interface PagePosition {
  readonly value: string | number | null;
  readonly row: number;
}

export interface PageRequest {
  readonly limit: number;
  readonly orderBy?: OrderBy | undefined;
  readonly after?: PagePosition | undefined;
  /** Rows before the page, instead of `after`. The page has no `next` then. */
  readonly skip?: number | undefined;
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

/** The machines as Azure lists them now. Nothing is stored. */
export interface LiveList {
  readonly machines: readonly VirtualMachine[];
  readonly coverage: readonly Coverage[];
  readonly completeness: Completeness;
  /** Why it is not complete as a whole: the list of subscriptions, or a management group. */
  readonly reason: Reason | null;
}

/** Kinds that an answer shows, and that its completeness covers. */
export type ShownKinds = readonly Kind[];
