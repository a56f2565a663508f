import type { Reason } from '../../../errors.ts';
import { type Coverage, type CoverageStatus, type Kind, subscriptionStatus } from '../../../inventory/coverage.ts';
import type { AsOf, Ledger } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { blindSpotsAt } from './blind-spots-at.ts';
import { integer } from '../columns.ts';
import { type KindAt, lastReadAt } from './coverage-at.ts';
import { perRun } from '../per-run.ts';
import { prepared } from '../statements.ts';
import { type SubscriptionAt, subscriptionsAt } from './subscriptions-at.ts';
import { subscriptionListAt } from './subscription-list-at.ts';

/** The coverage ledger at a run: visible subscriptions by id, and blind spots. Lost subscriptions are among the blind spots. */
export function readLedger(database: Database, asOf: Pick<AsOf, 'seq'>): Ledger {
  return ledgerAt(database, asOf.seq);
}

/** It takes every machine to count them: once, however many pages of the ledger are asked for. */
const ledgerAt = perRun((database: Database, seq: number): Ledger => {
  const machines = machineCounts(database, seq);
  const known = [...subscriptionsAt(database, seq).values()];
  const visible = known.filter((subscription) => subscription.visibility === 'visible');
  return {
    coverage: visible.map((subscription) =>
      toCoverage(
        subscription,
        machines.get(subscription.key) ?? 0,
        lastReadAt(database, seq, subscription.key, 'virtualMachines', 'complete'),
      ),
    ),
    blindSpots: subscriptionListAt(database, seq).blindSpotsKnown ? blindSpotsAt(database, seq) : null,
  };
});

/** Virtual machines that exist at a run, stale ones included, by subscription key. */
function machineCounts(database: Database, seq: number): Map<number, number> {
  const rows = prepared(
    database,
    `SELECT m.subscription, count(*) AS machines FROM machine m JOIN machine_version v ON v.machine = m.id
     WHERE m.type = 0 AND v.valid_from <= $seq AND (v.valid_to IS NULL OR v.valid_to > $seq) GROUP BY m.subscription`,
  ).all({ $seq: seq });
  return new Map(rows.map((row) => [integer(row, 'subscription'), integer(row, 'machines')]));
}

function toCoverage(subscription: SubscriptionAt, virtualMachineCount: number, readAt: string | null): Coverage {
  const kinds: Partial<Record<Kind, { status: CoverageStatus; reason: Reason | null; count: number }>> = {};
  for (const row of subscription.kinds) kinds[row.kind] = { status: row.status, reason: row.reason, count: row.count };
  const status = subscriptionStatus(kinds);
  const decisive = decisiveKind(subscription.kinds, status);
  return {
    subscriptionId: subscription.subscriptionId,
    displayName: subscription.displayName,
    tenantId: subscription.tenantId,
    state: subscription.state,
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

/** The kind that explains the status: the first that is not complete, else the machines. Power states never decide. */
function decisiveKind(rows: readonly KindAt[], status: CoverageStatus): KindAt | undefined {
  const blamed = rows.find((row) => row.kind !== 'powerStates' && row.status !== 'complete');
  return status === 'complete' ? rows.find((row) => row.kind === 'virtualMachines') : blamed;
}

function sum(rows: readonly KindAt[], of: (row: KindAt) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
