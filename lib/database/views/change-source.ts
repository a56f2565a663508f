import type { ChangeKind } from '../../inventory/run.ts';
import { iso } from './machine-content.ts';

/**
 * One source of changes: rows of one table that began or ended as a change, in the order of a partial index. All texts
 * are SQL. The view `changes` and the query of the same name use the same sources, so that they agree.
 */
export interface ChangeSource {
  readonly kinds: readonly ChangeKind[];
  /** The table with its alias. Without joins, so that rows come in the order of the index. */
  readonly from: string;
  readonly where: string;
  /** The run that found it. */
  readonly seq: string;
  /** With `seq`, the unique order of the rows. */
  readonly keys: readonly [string] | readonly [string, string];
  readonly kind: string;
  readonly at: string;
  readonly notBefore: string;
  readonly resourceId: string;
  readonly principalId: string;
  /** JSON objects, or NULL. */
  readonly before: string;
  readonly after: string;
  /** The full objects, if `before` and `after` have only the fields that differ: JavaScript compares them faster. */
  readonly compared?: {
    readonly before: string;
    readonly after: string;
    /** 1 = shows only the fields that differ. */
    readonly partial: string;
    /** JSON array of fields that never count as different. */
    readonly ignored: string;
  };
  /** How the activity log names the author; absent = no kind of this source has one. */
  readonly author?: {
    /** Identifies the source in `change_author`: never change it. */
    readonly source: number;
    /** JSON array of the ids that its event may name: see `AuthorQuestion`. NULL elements are left out. */
    readonly resourceIds: string;
  };
  /** Conditions on `$subscriptionId` (lower case), `$resourceKey` (folded), `$principalId`. */
  readonly inSubscription: string;
  readonly ofResource: string;
  readonly ofPrincipal: string;
}

type When = Pick<ChangeSource, 'kinds' | 'where' | 'seq' | 'kind' | 'at' | 'notBefore'>;

/** Rows that began as a change. @param row alias of the table */
export function beginnings(row: string, kinds: readonly ChangeKind[]): When {
  return {
    kinds,
    where: `${row}.begin_change IS NOT NULL`,
    seq: `${row}.valid_from`,
    kind: `${row}.begin_change`,
    at: iso(`${row}.began_at`),
    notBefore: iso(`${row}.not_before`),
  };
}

/** Rows that ended as one of these changes. @param row alias of the table */
export function ends(row: string, kinds: readonly ChangeKind[]): When {
  const names = kinds.map((kind) => `'${kind}'`).join(', ');
  return {
    kinds,
    where: `${row}.end_change IS NOT NULL AND ${row}.end_change ${kinds.length === 1 ? `= ${names}` : `IN (${names})`}`,
    seq: `${row}.valid_to`,
    kind: `${row}.end_change`,
    at: iso(`${row}.ended_at`),
    notBefore: iso(`${row}.end_not_before`),
  };
}

/** Numbers of the identities with the requested principal id. */
export const askedIdentities = '(SELECT p.id FROM identity p WHERE p.principal_id = $principalId)';
/** Number of the requested subscription. */
export const askedSubscription = '(SELECT k.id FROM subscription_key k WHERE k.subscription_id = $subscriptionId)';
/** Number of the machine with the requested resource id, looked up beforehand; NULL = there is none. */
export const askedMachine = '$machine';
