import type { Kind } from '../../inventory/coverage.ts';
import type { Verification } from '../../inventory/reading.ts';
import type { SubscriptionReading } from './subscription-reading.ts';

/**
 * Whether a read by id proves that something is gone: 404 does. Where Azure lists the subscription itself as deleted (it was
 * skipped), that it answers to nothing any more says the same.
 */
export function isProvenAbsent(
  verification: Verification<unknown>,
  { readings }: SubscriptionReading,
  kind: Kind,
): boolean {
  if (verification.outcome === 'absent') return true;
  const unknownSubscription =
    verification.outcome === 'unverified' && verification.reason.code === 'SubscriptionNotFound';
  return unknownSubscription && readings.get(kind)?.status === 'skipped';
}
