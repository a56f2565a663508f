import type { MergeContext } from './create-merge-context.ts';

/**
 * Brings the open blind spots to what the plan found: `since` stays with one that was known. In a run over some subscriptions
 * only theirs are touched; where management groups could not be read, what is known from them stays.
 * @returns the number of open blind spots in the run's scope, null where they cannot be known
 */
export function writeBlindSpots({ database, plan, seq }: MergeContext): number | null {
  const inScope = (id: string): boolean => plan.scope === null || plan.scope.includes(id);
  const open = database.prepare('SELECT subscription_id, source FROM blind_spot WHERE valid_to IS NULL').all();
  const end = database.prepare('UPDATE blind_spot SET valid_to = ? WHERE subscription_id = ? AND valid_to IS NULL');
  const insert = database.prepare(`INSERT INTO blind_spot
    (subscription_id, valid_from, display_name, source, since, grant_command) VALUES (?, ?, ?, ?, ?, ?)`);
  const wanted = new Map(plan.blindSpots.map((spot) => [spot.subscriptionId, spot]));
  let kept = 0;
  for (const row of open) {
    const id = String(row.subscription_id);
    const unknowable = row.source === 'managementGroup' && !plan.blindSpotsKnown;
    if (!inScope(id)) continue;
    if (wanted.delete(id) || unknowable) kept++;
    else end.run(seq, id);
  }
  for (const spot of wanted.values()) {
    insert.run(spot.subscriptionId, seq, spot.displayName, spot.source, plan.startedAt, spot.grantCommand);
  }
  return plan.blindSpotsKnown ? kept + wanted.size : null;
}
