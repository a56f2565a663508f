import {
  type BlindSpot,
  type Coverage,
  type CoverageStatus,
  grantReaderCommand,
  subscriptionStatus,
} from '../../../inventory/coverage.ts';
import type { AsOf } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { machineGroupsAt } from '../machines/machine-groups.ts';
import { perRun } from '../while-open.ts';
import { blindSpotsAt, subscriptionListAt } from './completeness.ts';
import { type KindAt, lastReadAt, type SubscriptionAt, subscriptionsAt } from './subscriptions-at.ts';

interface Ledger {
  readonly coverage: readonly Coverage[];
  /** null where blind spots are unknown. */
  readonly blindSpots: readonly BlindSpot[] | null;
}

/** The coverage ledger at a run: visible subscriptions by id, and blind spots. Lost subscriptions are blind spots. */
export function readLedger(database: Database, asOf: Pick<AsOf, 'seq'>): Ledger {
  return ledgerAt(database, asOf.seq);
}

/** Kept, because it counts every machine. */
const ledgerAt = perRun((database, seq): Ledger => {
  const machines = machineCounts(database, seq);
  const visible = [...subscriptionsAt(database, seq).values()].filter(({ visibility }) => visibility === 'visible');
  const rows = visible.map((subscription) => {
    const readAt = lastReadAt(database, seq, subscription.key, 'virtualMachines', 'complete');
    return toCoverage(subscription, machines.get(subscription.key) ?? 0, readAt);
  });
  const blindSpots = blindSpotsAt(database, seq);
  const commands = [...blindSpots.map(({ grantCommand }) => grantCommand), ...rows.map(({ reason }) => reason?.hint)];
  const reader = commands.map(granteeOf).find((principalId) => principalId !== null) ?? null;
  return {
    coverage: rows.map((row) => (row.status === 'denied' ? withGrantCommand(row, reader) : row)),
    blindSpots: subscriptionListAt(database, seq).blindSpotsKnown ? blindSpots : null,
  };
});

/**
 * The principal id of the identity that reads, which only the commands name that its runs stored. Those of a denied
 * subscription that another deployment read are not taken: that one has another identity.
 */
function granteeOf(command: string | null | undefined): string | null {
  return /--assignee-object-id ([0-9a-f-]{36}) /i.exec(command ?? '')?.[1] ?? null;
}

function withGrantCommand(row: Coverage, reader: string | null): Coverage {
  const { subscriptionId, reason } = row;
  return { ...row, grantCommand: grantReaderCommand(subscriptionId, granteeOf(reason?.hint) ?? reader) };
}

/** Virtual machines that exist at a run, stale ones included, by subscription key. */
function machineCounts(database: Database, seq: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { subscription, type, count } of machineGroupsAt(database, seq)) {
    if (type === 0) counts.set(subscription, (counts.get(subscription) ?? 0) + count);
  }
  return counts;
}

function toCoverage(subscription: SubscriptionAt, virtualMachineCount: number, readAt: string | null): Coverage {
  const { subscriptionId, displayName, tenantId, state } = subscription;
  const kinds: Coverage['kinds'] = Object.fromEntries(
    subscription.kinds.map(({ kind, status, reason, count }) => [kind, { status, reason, count }]),
  );
  const status = subscriptionStatus(kinds);
  const decisive = decisiveKind(subscription.kinds, status);
  return {
    subscriptionId,
    displayName,
    tenantId,
    state,
    status,
    reason: status === 'complete' ? null : (decisive?.reason ?? null),
    kinds,
    virtualMachineCount,
    requests: sum(subscription.kinds, (row) => row.requests),
    pages: sum(subscription.kinds, (row) => row.pages),
    retries: sum(subscription.kinds, (row) => row.retries),
    throttledMilliseconds: sum(subscription.kinds, (row) => row.throttledMilliseconds),
    requestId: decisive?.requestId ?? null,
    readAt,
    source: subscription.kinds.find(({ source }) => source !== null)?.source ?? null,
  };
}

/** The kind that explains the status: the first incomplete one, else the machines. Power states never decide. */
function decisiveKind(rows: readonly KindAt[], status: CoverageStatus): KindAt | undefined {
  if (status === 'complete') return rows.find((row) => row.kind === 'virtualMachines');
  return rows.find((row) => row.kind !== 'powerStates' && row.status !== 'complete');
}

function sum(rows: readonly KindAt[], of: (row: KindAt) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
