import type { MergeContext } from './merge-context.ts';

/**
 * Updates the open blind spots to those of the plan. A known one keeps its `since`, and gets the command of this run: the
 * identity may be another. A run over some subscriptions touches only their blind spots. If a management group could not
 * be read, the blind spots known from groups stay until their subscriptions are visible.
 * @returns the number of open blind spots in the run's scope; null = it cannot be known
 */
export function writeBlindSpots({ database, plan, seq }: MergeContext): number | null {
  const open = database.prepare('SELECT subscription_id, source FROM blind_spot WHERE valid_to IS NULL').all();
  const end = database.prepare('UPDATE blind_spot SET valid_to = ? WHERE subscription_id = ? AND valid_to IS NULL');
  const correct = database.prepare(
    'UPDATE blind_spot SET grant_command = ?1 WHERE subscription_id = ?2 AND valid_to IS NULL AND grant_command <> ?1',
  );
  const insert = database.prepare(`INSERT INTO blind_spot
    (subscription_id, valid_from, display_name, source, since, grant_command) VALUES (?, ?, ?, ?, ?, ?)`);
  const wanted = new Map(plan.blindSpots.map((spot) => [spot.subscriptionId, spot]));
  const visible = new Set(plan.subscriptions.map(({ subscriptionId }) => subscriptionId));
  const isUnread = plan.groupsNotRead !== undefined || !plan.blindSpotsKnown;
  let kept = 0;
  for (const row of open) {
    const id = String(row.subscription_id);
    if (plan.scope !== null && !plan.scope.includes(id)) continue;
    const isUnknowable = row.source === 'managementGroup' && isUnread && !visible.has(id);
    const spot = wanted.get(id);
    if (spot !== undefined) correct.run(spot.grantCommand, id);
    if (wanted.delete(id) || isUnknowable) kept++;
    else end.run(seq, id);
  }
  for (const spot of wanted.values()) {
    insert.run(spot.subscriptionId, seq, spot.displayName, spot.source, plan.startedAt, spot.grantCommand);
  }
  return plan.blindSpotsKnown ? kept + wanted.size : null;
}
