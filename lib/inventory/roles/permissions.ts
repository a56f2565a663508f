/** What one role allows: one entry of the effective permissions at a scope. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** One entry of a role definition. A role that was read without its data actions has null for both lists. */
export interface RolePermission extends Permission {
  readonly dataActions: readonly string[] | null;
  readonly notDataActions: readonly string[] | null;
}

/** Whether the data actions of a role are known. @param permissions null = the role was not read */
export function hasDataActions(permissions: readonly RolePermission[] | null): boolean {
  return permissions?.every(({ dataActions }) => dataActions !== null) ?? false;
}

/**
 * Whether an action is allowed: some entry has it in `actions` and not in `notActions`. The `notActions` of an entry
 * restrict that entry only. `*` matches any text, anywhere. Case does not matter.
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format
 */
export function allows(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    (permission) => matchesAny(permission.actions, action) && !matchesAny(permission.notActions, action),
  );
}

function matchesAny(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => matches(pattern.toLowerCase().split('*'), action.toLowerCase()));
}

/** The text between the stars must occur in order: the first piece at the start, the last at the end. */
function matches(pieces: readonly string[], action: string): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return action === first;
  const last = pieces.at(-1) ?? '';
  if (action.length < first.length + last.length || !action.startsWith(first) || !action.endsWith(last)) return false;
  let from = first.length;
  const end = action.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = action.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
