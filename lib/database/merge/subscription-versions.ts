import { fold } from '../../inventory/names/fold.ts';
import type { PlannedSubscription } from '../../inventory/plan.ts';
import type { ChangeKind } from '../../inventory/run.ts';
import { text, textOrNull } from '../queries/row-values.ts';
import type { MergeContext } from './merge-context.ts';

interface OpenVersion {
  readonly displayName: string;
  readonly state: string;
  readonly tenantId: string | null;
  readonly visibility: string;
  readonly change: string | null;
  readonly before: string | null;
}

/** What happened to the subscriptions in this run, as the merge of their machines needs it. */
export interface SubscriptionChanges {
  /** One change of the subscription covers the changes of its machines. */
  readonly quiet: ReadonlySet<string>;
  /** Their `subscriptionAppeared` gets the count of their machines. */
  readonly appeared: readonly string[];
  readonly tenantChanged: readonly string[];
  readonly outOfScope: readonly string[];
}

/**
 * Writes the versions of the subscriptions in the plan: appeared, renamed, moved to another tenant, lost, taken out of
 * scope. The first run is a baseline without changes. If the subscription list cannot be trusted (`plan.reason`), a
 * subscription missing from it is lost without a change until a second list lacks it, too.
 */
export function writeSubscriptionVersions(context: MergeContext): SubscriptionChanges {
  const { database, dictionary, plan, seq, counts } = context;
  const isBaseline = seq === 1;
  const select = database.prepare('SELECT * FROM subscription WHERE subscription = ? AND valid_to IS NULL');
  const end = database.prepare('UPDATE subscription SET valid_to = ? WHERE subscription = ? AND valid_to IS NULL');
  const insert = database.prepare(`INSERT INTO subscription
    (subscription, valid_from, display_name, state, tenant_id, visibility, change, change_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const machines = database.prepare(`SELECT count(*) AS machines FROM machine m
    JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ? AND m.type = 0`);

  const openVersion = (subscription: number): OpenVersion | null => {
    const row = select.get(subscription);
    if (row === undefined) return null;
    return {
      displayName: text(row, 'display_name'),
      state: text(row, 'state'),
      tenantId: textOrNull(row, 'tenant_id'),
      visibility: text(row, 'visibility'),
      change: textOrNull(row, 'change'),
      before: textOrNull(row, 'change_before'),
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

  const writeVisible = ({ subscriptionId, displayName, state, tenantId }: PlannedSubscription): void => {
    const subscription = dictionary.subscription(subscriptionId);
    const before = openVersion(subscription);
    const version: OpenVersion = { displayName, state, tenantId, visibility: 'visible', change: null, before: null };
    const isNew = before === null || before.visibility === 'outOfScope' || before.visibility === 'forgotten';
    const isBack = before?.visibility === 'lost' && before.change !== null;
    if (isNew || isBack) {
      if (isNew) quiet.add(subscriptionId);
      if (!isBaseline) appeared.push(subscriptionId);
      write(subscription, version, isBaseline ? null : 'subscriptionAppeared');
    } else if (before.tenantId !== null && tenantId !== null && fold(before.tenantId) !== fold(tenantId)) {
      quiet.add(subscriptionId);
      tenantChanged.push(subscriptionId);
      const counted = { ...version, before: countBefore(subscription, { tenantId: before.tenantId }) };
      write(subscription, counted, 'tenantChanged');
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
    const before = openVersion(subscription);
    if (before === null || before.visibility === 'forgotten' || before.visibility === 'outOfScope') return false;
    if (before.visibility === visibility && (before.change !== null || change === null)) return false;
    write(subscription, { ...before, visibility, before: countBefore(subscription) }, change);
    return true;
  };

  for (const planned of plan.subscriptions) writeVisible(planned);
  const lost = plan.reason === null ? 'subscriptionLost' : null;
  for (const { subscriptionId } of plan.blindSpots) writeGone(subscriptionId, 'lost', lost);
  const outOfScope = plan.outOfScope.filter((id) => writeGone(id, 'outOfScope', 'outOfScope'));
  return { quiet, appeared, tenantChanged, outOfScope };
}
