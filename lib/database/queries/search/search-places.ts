import { fold } from '../../../inventory/names/fold.ts';
import { blindSpotsAt } from '../coverage/completeness.ts';
import { readLedger } from '../coverage/ledger.ts';
import { type SubscriptionAt, subscriptionsAt } from '../coverage/subscriptions-at.ts';
import { integer, text } from '../row-values.ts';
import { runContext } from '../run-context.ts';
import { readNewestSeq } from '../runs.ts';
import { prepared } from '../statements.ts';
import { type Found, type Rank, rankIn, rankOf, type Sought, toRank } from './found.ts';

const holds = 'v.valid_from <= $seq AND (v.valid_to IS NULL OR v.valid_to > $seq)';

/**
 * Goes through the index of machines once: groups have no index of their own.
 * @param known condition on the machine `m`
 */
const groups = (known: string) => `
SELECT p.subscription, p.rank, p.name, p.key, (SELECT count(*) FROM machine m CROSS JOIN machine_version v ON v.machine = m.id AND ${holds}
    WHERE m.subscription = p.subscription AND m.resource_group = p.id) AS machines
FROM (SELECT DISTINCT m.subscription, g.id, g.rank, g.name, g.key
  FROM machine m CROSS JOIN (SELECT id, key, name, ${rankIn('key')} AS rank FROM resource_group WHERE instr(key, $text) > 0) g
    ON g.id = m.resource_group
  WHERE ($subscription IS NULL OR m.subscription = $subscription)${known}
  ORDER BY g.rank, g.key, m.subscription LIMIT $most) p
ORDER BY p.rank, p.key, p.subscription`;

const ofNewestRun = groups('');
const ofEarlierRun = groups(
  ' AND EXISTS (SELECT 1 FROM machine_version v WHERE v.machine = m.id AND v.valid_from <= $seq)',
);

const groupId = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)$/;

/** Resource groups that have or had machines, by name or id. */
export function findResourceGroups(sought: Sought): Found[] {
  const { database, asOf, id, most } = sought;
  const context = runContext(database, asOf.seq);
  const [, subscriptionId, name] = groupId.exec(id ?? '') ?? [];
  if (id !== null && name === undefined) return [];
  const only = [...subscriptionsAt(database, asOf.seq).values()].find((one) => one.subscriptionId === subscriptionId);
  if (id !== null && only === undefined) return [];
  const isNewest = readNewestSeq(database) === asOf.seq;
  const rows = prepared(database, isNewest ? ofNewestRun : ofEarlierRun).all({
    $seq: asOf.seq,
    $text: name ?? sought.text,
    $subscription: only?.key ?? null,
    $most: most,
  });
  const found = rows.map((row): Found => {
    const subscription = context.subscription(integer(row, 'subscription'));
    const [label, machines] = [text(row, 'name'), integer(row, 'machines')];
    return {
      kind: 'resourceGroup',
      id: `/subscriptions/${subscription.subscriptionId}/resourceGroups/${label}`,
      label,
      detail: `in ${subscription.displayName}, ${machines === 1 ? '1 machine' : `${machines} machines`}`,
      principalId: null,
      match: id === null ? 'name' : 'id',
      rank: toRank(integer(row, 'rank')),
    };
  });
  return id === null ? found : found.filter(({ rank }) => rank === 0);
}

/** Subscriptions by name or id, with those that should be visible and are not. */
export function findSubscriptions({ database, asOf, text: sought, id, guid, most }: Sought): Found[] {
  const known = [...subscriptionsAt(database, asOf.seq).values()];
  const ids = new Set(known.map(({ subscriptionId }) => subscriptionId));
  const unseen = blindSpotsAt(database, asOf.seq).filter(
    ({ subscriptionId }) => !ids.has(subscriptionId.toLowerCase()),
  );
  const rows = new Map(readLedger(database, asOf).coverage.map((row) => [row.subscriptionId, row]));
  const detailOf = ({ subscriptionId, visibility }: SubscriptionAt): string => {
    const row = rows.get(subscriptionId);
    if (row === undefined) return gone[visibility] ?? visibility;
    const machines =
      row.virtualMachineCount === 1 ? '1 virtual machine' : `${row.virtualMachineCount} virtual machines`;
    return row.status === 'complete' ? machines : `${machines}, reading was ${row.status}`;
  };
  const all = [
    ...known.map((one) => ({ ...one, detail: detailOf(one) })),
    ...unseen.map(({ subscriptionId, displayName }) => ({
      subscriptionId: subscriptionId.toLowerCase(),
      displayName: displayName ?? subscriptionId,
      detail: 'never read: not visible to the app',
    })),
  ];
  const found = all.flatMap(({ subscriptionId, displayName, detail }): Found[] => {
    const best = bestOf(
      ['displayName', id === null ? rankOf(fold(displayName), sought) : null],
      ['subscriptionId', guid !== null && subscriptionId.startsWith(guid) ? rankOf(subscriptionId, guid) : null],
      ['id', id === `/subscriptions/${subscriptionId}` ? 0 : null],
    );
    if (best === null) return [];
    const resourceId = `/subscriptions/${subscriptionId}`;
    return [{ kind: 'subscription', id: resourceId, label: displayName, detail, principalId: null, ...best }];
  });
  return found.toSorted((a, b) => a.rank - b.rank || (fold(a.label) < fold(b.label) ? -1 : 1)).slice(0, most);
}

const gone: Readonly<Record<string, string>> = {
  lost: 'no longer visible to the app',
  outOfScope: 'out of scope',
  forgotten: 'forgotten',
};

function bestOf(
  ...ranked: readonly (readonly [Found['match'], Rank | null])[]
): { readonly match: Found['match']; readonly rank: Rank } | null {
  const [best] = ranked
    .flatMap(([match, rank]) => (rank === null ? [] : [{ match, rank }]))
    .toSorted((a, b) => a.rank - b.rank);
  return best ?? null;
}
