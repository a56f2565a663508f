import type { PlannedSubscription } from '../../inventory/plan.ts';
import type { ChangeKind } from '../../inventory/run.ts';
import type { MergeContext } from './create-merge-context.ts';

interface OpenVersion {
  readonly displayName: string;
  readonly state: string;
  readonly tenantId: string | null;
  readonly visibility: string;
  readonly change: string | null;
  readonly before: string | null;
}

/** What became of the subscriptions in this run, for the merge of their machines. */
export interface SubscriptionChanges {
  /** Changes of these subscriptions' machines are part of one change of the subscription. */
  readonly quiet: ReadonlySet<string>;
  /** Subscriptions whose machines' counts belong into `subscriptionAppeared`. */
  readonly appeared: readonly string[];
  readonly tenantChanged: readonly string[];
  readonly outOfScope: readonly string[];
}

/**
 * Writes the versions of the subscriptions that the plan speaks of: appeared, renamed, moved to another tenant, lost, taken
 * out of scope. The very first run is a baseline without changes. A subscription missing from a list that cannot be trusted
 * (`plan.reason`) is lost without a change, until a second list agrees.
 */
export function writeSubscriptionVersions({
  database,
  dictionary,
  plan,
  seq,
  counts,
}: MergeContext): SubscriptionChanges {
  const baseline = seq === 1;
  const select = database.prepare('SELECT * FROM subscription WHERE subscription = ? AND valid_to IS NULL');
  const end = database.prepare('UPDATE subscription SET valid_to = ? WHERE subscription = ? AND valid_to IS NULL');
  const insert = database.prepare(`INSERT INTO subscription
    (subscription, valid_from, display_name, state, tenant_id, visibility, change, change_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const machines = database.prepare(`SELECT count(*) AS machines FROM machine m
    JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ? AND m.type = 0`);

  const open = (subscription: number): OpenVersion | null => {
    const row = select.get(subscription);
    if (row === undefined) return null;
    return {
      displayName: String(row.display_name),
      state: String(row.state),
      tenantId: typeof row.tenant_id === 'string' ? row.tenant_id : null,
      visibility: String(row.visibility),
      change: typeof row.change === 'string' ? row.change : null,
      before: typeof row.change_before === 'string' ? row.change_before : null,
    };
  };
  const write = (subscription: number, version: OpenVersion, change: ChangeKind | null): void => {
    end.run(seq, subscription);
    const { displayName, state, tenantId, visibility, before } = version;
    insert.run(subscription, seq, displayName, state, tenantId, visibility, change, change === null ? null : before);
    counts.add(change);
  };
  const countBefore = (subscription: number, more: Record<string, unknown> = {}): string =>
    JSON.stringify({ virtualMachineCount: Number(machines.get(subscription)?.machines), ...more });

  const quiet = new Set<string>();
  const appeared: string[] = [];
  const tenantChanged: string[] = [];

  const writeVisible = (planned: PlannedSubscription): void => {
    const subscription = dictionary.subscription(planned.subscriptionId);
    const before = open(subscription);
    const { displayName, state, tenantId } = planned;
    const version: OpenVersion = { displayName, state, tenantId, visibility: 'visible', change: null, before: null };
    const isNew = before === null || before.visibility === 'outOfScope' || before.visibility === 'forgotten';
    const isBack = before?.visibility === 'lost' && before.change !== null;
    if (isNew || isBack) {
      if (isNew) quiet.add(planned.subscriptionId);
      if (!baseline) appeared.push(planned.subscriptionId);
      write(subscription, version, baseline ? null : 'subscriptionAppeared');
    } else if (before.tenantId !== null && tenantId !== null && before.tenantId !== tenantId) {
      quiet.add(planned.subscriptionId);
      tenantChanged.push(planned.subscriptionId);
      write(
        subscription,
        { ...version, before: countBefore(subscription, { tenantId: before.tenantId }) },
        'tenantChanged',
      );
    } else if (
      before.visibility !== 'visible' ||
      before.displayName !== displayName ||
      before.state !== state ||
      before.tenantId !== tenantId
    ) {
      write(subscription, version, null);
    }
  };
  const writeGone = (subscriptionId: string, visibility: 'lost' | 'outOfScope', change: ChangeKind | null): boolean => {
    const subscription = dictionary.subscription(subscriptionId);
    const before = open(subscription);
    if (before === null || before.visibility === 'forgotten' || before.visibility === 'outOfScope') return false;
    if (before.visibility === visibility && (before.change !== null || change === null)) return false;
    write(subscription, { ...before, visibility, before: countBefore(subscription) }, change);
    return true;
  };

  for (const planned of plan.subscriptions) writeVisible(planned);
  for (const spot of plan.blindSpots)
    writeGone(spot.subscriptionId, 'lost', plan.reason === null ? 'subscriptionLost' : null);
  const outOfScope = plan.outOfScope.filter((id) => writeGone(id, 'outOfScope', 'outOfScope'));
  return { quiet, appeared, tenantChanged, outOfScope };
}
