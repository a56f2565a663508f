import type { RoleAssignmentReading } from '../../../inventory/role.ts';
import type { MergeContext } from '../create-merge-context.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';
import type { StoredAssignment } from './role-rows.ts';

/** The role assignments that the list of one subscription shows. What begins and what ends is settled at the commit. */
export interface RoleListing {
  add(page: readonly RoleAssignmentReading[]): void;
  /** The list has come to its end: what a whole one lacks is missing. */
  settle(): void;
}

export function openRoleListing({ roles, roleChanges }: MergeContext, reading: SubscriptionReading): RoleListing {
  const { subscription, readAt, readings } = reading;
  const { notBefore, silent } = reading.past('roleAssignments');
  let before: ReturnType<typeof roles.openIn> | null = null;

  /** @param replaces one that was read under its id: what it says now is news without a complete list before, too */
  const begin = (assignment: number, replaces: boolean): void => {
    roles.see(assignment, subscription, readAt);
    if (!silent || (replaces && !reading.quiet)) roleChanges.began.push({ assignment, subscription, notBefore });
  };
  /** Its id says something else than it did, here or in another list. @returns whether that is still the same assignment */
  const outdate = ({ assignment, principalId }: StoredAssignment, after: RoleAssignmentReading): boolean => {
    const isRemoved = principalId.toLowerCase() !== after.principalId.toLowerCase();
    roles.miss(assignment, subscription, readAt);
    roleChanges.replaced.set(assignment, { at: readAt, isRemoved });
    return !isRemoved && roles.isOpen(assignment);
  };
  const merge = (shown: RoleAssignmentReading, open: ReturnType<typeof roles.openIn>): void => {
    const key = shown.id.toLowerCase();
    const mark = roles.mark(shown);
    const known = open.get(key);
    if (known?.mark === mark) {
      if (known.isMissing) roles.find(known.assignment, subscription);
      known.isShown = true;
      roles.shown.mark(known.assignment);
      return;
    }
    const stored = roles.newest(shown.id);
    if (known !== undefined && known.assignment !== stored?.assignment) outdate(known, shown);
    const replaced = stored !== null && stored.mark !== mark && outdate(stored, shown) ? stored.assignment : null;
    const assignment = stored?.mark === mark ? stored.assignment : roles.add(shown, replaced);
    begin(assignment, replaced !== null);
    roles.shown.mark(assignment);
    open.set(key, { assignment, mark, principalId: shown.principalId, isMissing: false, isShown: true });
  };
  return {
    add(page) {
      before ??= roles.openIn(subscription);
      for (const shown of page) merge(shown, before);
    },
    settle() {
      const status = readings.get('roleAssignments')?.status;
      if (status === 'complete' || status === 'skipped') {
        before ??= roles.openIn(subscription);
        for (const { assignment, isShown } of before.values()) {
          if (isShown) continue;
          roles.miss(assignment, subscription, readAt);
          roleChanges.missing.add(assignment);
        }
      }
      before = null;
    },
  };
}
