import { grantReaderCommand, type Kind } from '../../inventory/coverage.ts';
import type { Verification } from '../../inventory/reading.ts';
import type { MergeContext } from './merge-context.ts';
import type { SubscriptionReading } from './subscription-reading.ts';

/** The most reads by id of one kind in one subscription. If a list lacks more resources, distrust the list. */
export const mostDeletionChecks = 200;

/**
 * Judges the read by id of a resource that a complete list left out: only 404 proves that it is gone. In a subscription
 * that Azure lists as deleted (`skipped`), `SubscriptionNotFound` proves it, too. Any other answer makes the kind
 * `partial`: as `ShortList` if the resource exists, as `DeletionUnverified` if the read failed.
 * @param resource.isListed the list does show the id, but with another principal
 * @returns true = the resource is gone
 */
export function verifyDeletion(
  { plan }: MergeContext,
  reading: SubscriptionReading,
  kind: Kind,
  { resourceId, isListed }: { readonly resourceId: string; readonly isListed: boolean },
  verification: Verification<unknown>,
): boolean {
  if (verification.outcome === 'absent') return true;
  if (verification.outcome === 'present') {
    const message = `The list left out ${resourceId}, but a read by id found it`;
    const hint = grantReaderCommand(reading.subscriptionId, plan.principalId);
    if (!isListed) reading.weaken(kind, 'ShortList', message, hint);
    return false;
  }
  const { code, message, hint } = verification.reason;
  const isSkipped = reading.readings.get(kind)?.status === 'skipped';
  if (code === 'SubscriptionNotFound' && isSkipped) return true;
  const failed = `${resourceId} is missing or changed in the list, and reading it by id failed: ${code}: ${message}`;
  reading.weaken(kind, 'DeletionUnverified', failed, hint);
  return false;
}

/** Distrusts a complete list that lacks more known resources than one run may read by id. */
export function distrustShrunkList(reading: SubscriptionReading, kind: Kind, count: number): void {
  const resources = kind === 'identities' ? 'identities' : 'machines';
  const message = `The list of subscription ${reading.subscriptionId} lacks ${count} known ${resources}, too many to read by id (limit ${mostDeletionChecks})`;
  const hint = 'Run the inventory again. If the next list lacks them too, the run ends them';
  reading.weaken(kind, 'SuspiciousShrink', message, hint);
}
