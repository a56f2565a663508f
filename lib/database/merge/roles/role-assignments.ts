import { fold } from '../../../inventory/names/fold.ts';
import type { RoleAssignmentReading } from '../../../inventory/roles/role.ts';
import { integer, integerOrNull } from '../../queries/row-values.ts';
import type { MergeContext } from '../merge-context.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';
import type { OpenAssignment, StoredAssignment } from './role-rows.ts';

/** The role assignments that the list of one subscription shows, to settle when all lists are in. */
export function openRoleListing({ roles, roleChanges }: MergeContext, reading: SubscriptionReading) {
  const { subscription, readAt, readings } = reading;
  const { notBefore, silent } = reading.past('roleAssignments');
  let before: Map<string, OpenAssignment> | null = null;

  /** Records a replacement even without an earlier complete list: its id was read before. */
  const begin = (assignment: number, isReplacement: boolean): void => {
    roles.see(assignment, subscription, readAt);
    if (!silent || (isReplacement && !reading.quiet)) roleChanges.began.push({ assignment, subscription, notBefore });
  };
  /**
   * Records that an id describes something else than before, in this list or another.
   * @returns whether it is still the same assignment
   */
  const replace = ({ assignment, principalId }: StoredAssignment, after: RoleAssignmentReading): boolean => {
    const isRemoved = fold(principalId) !== fold(after.principalId);
    roles.setMissing(assignment, subscription, readAt);
    roleChanges.replaced.set(assignment, { at: readAt, isRemoved });
    return !isRemoved && roles.isOpen(assignment);
  };
  const merge = (shown: RoleAssignmentReading, open: Map<string, OpenAssignment>): void => {
    const key = fold(shown.id);
    const content = roles.contentOf(shown);
    const known = open.get(key);
    if (known?.content === content) {
      if (known.isMissing) roles.clearMissing(known.assignment, subscription);
      known.isShown = true;
      roles.shown.add(known.assignment);
      return;
    }
    const stored = roles.newest(shown.id);
    if (known !== undefined && known.assignment !== stored?.assignment) replace(known, shown);
    const isSame = stored?.content === content;
    const replaced = stored !== null && !isSame && replace(stored, shown) ? stored.assignment : null;
    const assignment = isSame ? stored.assignment : roles.add(shown, replaced);
    begin(assignment, replaced !== null);
    roles.shown.add(assignment);
    open.set(key, { assignment, content, principalId: shown.principalId, isMissing: false, isShown: true });
  };
  return {
    add(page: readonly RoleAssignmentReading[]): void {
      before ??= roles.openIn(subscription);
      for (const shown of page) merge(shown, before);
    },
    /** Once the list has ended: what a complete list lacks is missing. */
    settle(): void {
      const status = readings.get('roleAssignments')?.status;
      if (status === 'complete' || status === 'skipped') {
        before ??= roles.openIn(subscription);
        for (const { assignment, isShown } of before.values()) {
          if (isShown) continue;
          roles.setMissing(assignment, subscription, readAt);
          roleChanges.missing.add(assignment);
        }
      }
      before = null;
    },
  };
}

interface OpenRow {
  readonly subscription: number;
  readonly missingAt: number | null;
}

/**
 * Decides what began and what ended, when all lists are in. An assignment ends when a complete list of every
 * subscription that showed it lacks it. If some subscription still shows it, the others only stop inheriting it.
 * Changes are recorded for principals that the inventory knows.
 * @param readings of this run, by the number of the subscription
 */
export function settleRoleAssignments(context: MergeContext, readings: ReadonlyMap<number, SubscriptionReading>): void {
  const { roles, roleChanges, counts, seq } = context;
  const { openRows, isKnown, wasShown, lastWith, isUnproven } = prepareQuestions(context);
  const isRead = ({ subscription }: OpenRow): boolean => {
    const reading = readings.get(subscription);
    const status = reading?.readings.get('roleAssignments')?.status;
    return reading?.superseded === false && status !== undefined && status !== 'failed' && status !== 'denied';
  };
  const remove = (assignment: number, rows: readonly OpenRow[], at: number, change: 'roleRemoved' | null): void => {
    const times = rows.map((row) => lastWith(row.subscription, row.missingAt ?? at)).filter((time) => time !== null);
    const notBefore = times.length === 0 ? null : Math.max(...times);
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
    const rows = openRows(assignment);
    const ended = rows.filter((row) => row.missingAt !== null || !isRead(row));
    const isGone = isRemoved && ended.length === rows.length && isKnown(assignment);
    remove(assignment, ended, at, isGone ? 'roleRemoved' : null);
  }
  for (const assignment of roleChanges.missing) {
    const rows = openRows(assignment);
    const at = rows[0]?.missingAt ?? null;
    const isGone = rows.every(({ missingAt }) => missingAt !== null);
    if (at === null) continue;
    if (isGone && !isUnproven(assignment)) {
      remove(assignment, rows, at, isKnown(assignment) ? 'roleRemoved' : null);
    } else if (isGone || roles.shown.has(assignment)) {
      loseInheritance(assignment, rows);
    }
  }
  const begun = new Set<number>();
  for (const { assignment, subscription, notBefore } of roleChanges.began) {
    if (begun.has(assignment) || !isKnown(assignment) || wasShown(assignment, seq)) continue;
    if (!roles.begin(assignment, subscription, 'roleAssigned', notBefore)) continue;
    begun.add(assignment);
    counts.add('roleAssigned');
  }
}

function prepareQuestions({ database }: MergeContext) {
  const openRows = database.prepare(`SELECT subscription, missing_at FROM role_assignment_seen
    WHERE assignment = ? AND valid_to IS NULL ORDER BY missing_at DESC, subscription`);
  const known = database.prepare(`SELECT 1 FROM role_assignment r
    WHERE r.id = ? AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = r.principal_id)`);
  const shown = database.prepare(`SELECT 1 FROM role_assignment_seen
    WHERE assignment = ?1 AND valid_from < ?2 AND (valid_to IS NULL OR valid_to >= ?2)`);
  const lastComplete = database.prepare(`SELECT max(read_at) AS at FROM coverage
    WHERE subscription = ? AND kind = 'roleAssignments' AND superseded = 0 AND status IN ('complete', 'skipped') AND read_at < ?`);
  const unproven = database.prepare(`SELECT 1 FROM role_assignment_seen s
    WHERE s.assignment = ? AND s.end_change IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
      AND NOT EXISTS (SELECT 1 FROM role_assignment_seen n
        WHERE n.assignment = s.assignment AND n.subscription = s.subscription AND n.valid_from > s.valid_from)`);
  return {
    /** Subscriptions that show it, the last one to lack it first. */
    openRows: (assignment: number): OpenRow[] =>
      openRows.all(assignment).map((row) => ({
        subscription: integer(row, 'subscription'),
        missingAt: integerOrNull(row, 'missing_at'),
      })),
    /** The inventory knows its principal. */
    isKnown: (assignment: number): boolean => known.get(assignment) !== undefined,
    wasShown: (assignment: number, seq: number): boolean => shown.get(assignment, seq) !== undefined,
    /** The last complete reading of a subscription's assignments before a time; null = none. */
    lastWith(subscription: number, before: number): number | null {
      const row = lastComplete.get(subscription, before);
      return row === undefined ? null : integerOrNull(row, 'at');
    },
    /** A subscription that showed it left the inventory since: the assignment may still exist there. */
    isUnproven: (assignment: number): boolean => unproven.get(assignment) !== undefined,
  };
}
