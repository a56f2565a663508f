import { type Coverage, subscriptionStatus } from './coverage.ts';
import type { PlannedSubscription } from './plan.ts';
import type { KindReading } from './reading.ts';

/** The row of a subscription in the coverage ledger, from the readings of its kinds. */
export function toCoverage(subscription: PlannedSubscription, readings: readonly KindReading[]): Coverage {
  const kinds = Object.fromEntries(
    readings.map(({ kind, status, reason, count }) => [kind, { status, reason, count }] as const),
  );
  const machines = readings.find(({ kind }) => kind === 'virtualMachines');
  const status = subscriptionStatus(kinds);
  const sum = (pick: (reading: KindReading) => number): number => readings.reduce((total, one) => total + pick(one), 0);
  return {
    subscriptionId: subscription.subscriptionId,
    displayName: subscription.displayName,
    tenantId: subscription.tenantId,
    state: subscription.state,
    status,
    reason: machines?.reason ?? null,
    kinds,
    virtualMachineCount: machines?.count ?? 0,
    requests: sum((one) => one.requests),
    pages: sum((one) => one.pages),
    retries: sum((one) => one.retries),
    throttledMilliseconds: sum((one) => one.throttledMilliseconds),
    requestId: machines?.requestId ?? null,
    readAt: status === 'complete' || status === 'skipped' ? (machines?.readAt ?? null) : null,
    source: null,
  };
}
