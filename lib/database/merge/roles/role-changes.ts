import type { MergeContext } from '../create-merge-context.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';

/** What the lists of role assignments found, to be settled when all are in. Times in epoch milliseconds. */
export interface RoleChanges {
  /** Shown in a subscription that had been read completely without it. */
  readonly began: { readonly assignment: number; readonly subscription: number; readonly notBefore: number | null }[];
  /** A whole list lacks them. */
  readonly missing: Set<number>;
  /** Their ids say something else now; `isRemoved` = of another principal. */
  readonly replaced: Map<number, { readonly at: number; readonly isRemoved: boolean }>;
}

export function createRoleChanges(): RoleChanges {
  return { began: [], missing: new Set(), replaced: new Map() };
}

interface OpenRow {
  readonly subscription: number;
  readonly missingAt: number | null;
}

/**
 * Rule 7: an assignment ends when every subscription that showed it was read completely without it. One that is still shown
 * somewhere only stops being inherited where it is missing. Changes are recorded of principals that the inventory knows.
 * @param readings of this run, by the number of the subscription
 */
export function settleRoles(context: MergeContext, readings: ReadonlyMap<number, SubscriptionReading>): void {
  const { database, roles, roleChanges, counts } = context;
  const openRows = database.prepare(
    'SELECT subscription, missing_at FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL ORDER BY missing_at DESC, subscription',
  );
  const isKnown = preparePrincipalCheck(context);
  const wasShown = database.prepare(`SELECT 1 FROM role_assignment_seen
    WHERE assignment = ?1 AND valid_from < ?2 AND (valid_to IS NULL OR valid_to >= ?2)`);
  const lastWith = prepareLastReading(context);
  const isUnproven = prepareUnproven(context);

  const rowsOf = (assignment: number): OpenRow[] =>
    openRows.all(assignment).map((row) => ({
      subscription: Number(row.subscription),
      missingAt: row.missing_at === null ? null : Number(row.missing_at),
    }));
  const isRead = ({ subscription }: OpenRow): boolean => {
    const reading = readings.get(subscription);
    const status = reading?.readings.get('roleAssignments')?.status;
    return reading?.superseded === false && status !== undefined && status !== 'failed' && status !== 'denied';
  };
  const remove = (assignment: number, rows: readonly OpenRow[], at: number, change: 'roleRemoved' | null): void => {
    const notBefore = latest(rows.map((row) => lastWith(row.subscription, row.missingAt ?? at)));
    rows.forEach(({ subscription }, index) => {
      const own = index === 0 ? change : null;
      roles.end(assignment, subscription, at, own, notBefore);
      counts.add(own);
    });
  };
  const loseInheritance = (assignment: number, rows: readonly OpenRow[]): void => {
    const change = isKnown(assignment) ? 'roleInheritanceLost' : null;
    for (const { subscription, missingAt } of rows) {
      if (missingAt === null) continue;
      roles.end(assignment, subscription, missingAt, change, lastWith(subscription, missingAt));
      counts.add(change);
    }
  };

  for (const [assignment, { at, isRemoved }] of roleChanges.replaced) {
    const rows = rowsOf(assignment);
    const ended = rows.filter((row) => row.missingAt !== null || !isRead(row));
    const removed = isRemoved && ended.length === rows.length && isKnown(assignment);
    remove(assignment, ended, at, removed ? 'roleRemoved' : null);
  }
  for (const assignment of roleChanges.missing) {
    const rows = rowsOf(assignment);
    const at = rows[0]?.missingAt ?? null;
    const isGone = rows.every(({ missingAt }) => missingAt !== null);
    if (at === null) continue;
    if (isGone && !isUnproven(assignment)) {
      remove(assignment, rows, at, isKnown(assignment) ? 'roleRemoved' : null);
    } else if (isGone || roles.shown.order(assignment) > 0) {
      loseInheritance(assignment, rows);
    }
  }
  const begun = new Set<number>();
  for (const { assignment, subscription, notBefore } of roleChanges.began) {
    if (begun.has(assignment) || !isKnown(assignment) || wasShown.get(assignment, context.seq) !== undefined) continue;
    if (!roles.begin(assignment, subscription, 'roleAssigned', notBefore)) continue;
    begun.add(assignment);
    counts.add('roleAssigned');
  }
}

function preparePrincipalCheck({ database }: MergeContext): (assignment: number) => boolean {
  const select = database.prepare(`SELECT 1 FROM role_assignment r
    WHERE r.id = ? AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = r.principal_id)`);
  return (assignment) => select.get(assignment) !== undefined;
}

/** The last complete reading of a subscription's assignments before a time; null = none. */
function prepareLastReading({ database }: MergeContext): (subscription: number, before: number) => number | null {
  const select = database.prepare(`SELECT max(read_at) AS at FROM coverage
    WHERE subscription = ? AND kind = 'roleAssignments' AND superseded = 0 AND status IN ('complete', 'skipped') AND read_at < ?`);
  return (subscription, before) => {
    const at = select.get(subscription, before)?.at;
    return typeof at === 'number' ? at : null;
  };
}

/** Whether a subscription that showed it went out of the inventory since: it may hold there still. */
function prepareUnproven({ database }: MergeContext): (assignment: number) => boolean {
  const select = database.prepare(`SELECT 1 FROM role_assignment_seen s
    WHERE s.assignment = ? AND s.end_change IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
      AND NOT EXISTS (SELECT 1 FROM role_assignment_seen n
        WHERE n.assignment = s.assignment AND n.subscription = s.subscription AND n.valid_from > s.valid_from)`);
  return (assignment) => select.get(assignment) !== undefined;
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
