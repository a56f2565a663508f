import type { ChangeKind } from '../../inventory/run.ts';

/**
 * One place where changes stand: rows of one table that began or ended as a change, in the order of a partial index. All texts are SQL.
 * The view `changes` and the query of the same name are made of them, so that they say the same.
 */
export interface ChangeSource {
  readonly kinds: readonly ChangeKind[];
  /** The table with its alias; no joins, so that the order of the index is that of the rows. */
  readonly from: string;
  readonly where: string;
  /** The run that found it. */
  readonly seq: string;
  /** With `seq`, the order of the rows: unique. */
  readonly keys: readonly [string] | readonly [string, string];
  readonly kind: string;
  readonly at: string;
  readonly notBefore: string;
  readonly resourceId: string;
  readonly principalId: string;
  /** JSON objects, or NULL. */
  readonly before: string;
  readonly after: string;
  /** Where those have only the fields that differ, the two objects in full, for who can compare them at less cost than SQL. */
  readonly compared?: {
    readonly before: string;
    readonly after: string;
    /** 1 = only the fields that differ are shown. */
    readonly partial: string;
    /** JSON array of fields that are left out of what differs. */
    readonly ignored: string;
  };
  /** Conditions on `$subscriptionId` (lower case), `$resourceId`, `$principalId`. */
  readonly inSubscription: string;
  readonly ofResource: string;
  readonly ofPrincipal: string;
}

/** Numbers of the identities that have the principal id asked for. */
export const askedIdentities = '(SELECT p.id FROM identity p WHERE p.principal_id = $principalId)';
/** Key of the subscription asked for. */
export const askedSubscription = '(SELECT k.id FROM subscription_key k WHERE k.subscription_id = $subscriptionId)';
/** The machine of the resource id asked for, whatever its casing: a number found beforehand, or NULL. */
export const askedMachine = '$machine';
