import type { RequestMeter } from '../../azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../../azure/resource-manager/client/errors.ts';
import { InventoryError, type Reason, toReason } from '../../errors.ts';
import { type CoverageStatus, grantReaderCommand } from '../../inventory/coverage.ts';
import { allows, type Permission } from '../../inventory/permissions.ts';
import type { Outcome } from './kind-reader.ts';

/** What the identity may do at a subscription, or why that is not known. */
export type Rights = { readonly permissions: readonly Permission[] } | { readonly unknown: Reason };

/**
 * What a failed list means: nothing registered is complete; 403 at once is denied; some pages are partial; else failed.
 * @throws anything that is not an `InventoryError`: a defect
 */
export function outcomeOf(error: unknown, { pages }: RequestMeter): Outcome {
  if (!(error instanceof InventoryError)) throw error;
  const reason = toReason(error);
  if (error.code === 'MissingSubscriptionRegistration') return { status: 'complete', reason };
  const status: CoverageStatus =
    pages > 0 ? 'partial' : error instanceof ArmError && error.status === 403 ? 'denied' : 'failed';
  return { status, reason };
}

/**
 * A list that was read to its end is complete only when the rights of the identity say that nothing was filtered.
 * @param actions what the list needs at the subscription
 * @param principalId of the identity that reads; null where its token does not say
 */
export function proven(
  listed: Outcome,
  actions: readonly string[],
  rights: Rights,
  subscriptionId: string,
  principalId: string | null,
): Outcome {
  if (listed.status !== 'complete' || listed.reason !== null) return listed;
  if ('unknown' in rights) return { status: 'partial', reason: notProven(rights.unknown) };
  const lacking = actions.find((action) => !allows(rights.permissions, action));
  return lacking === undefined
    ? listed
    : { status: 'partial', reason: notReader(lacking, subscriptionId, principalId) };
}

function notReader(action: string, subscriptionId: string, principalId: string | null): Reason {
  return {
    code: 'NotReaderOnSubscription',
    message: `The identity may do ${action} on parts of subscription ${subscriptionId} at most, so that lists of it are filtered`,
    hint: grantReaderCommand(subscriptionId, principalId),
  };
}

function notProven({ code, message, hint }: Reason): Reason {
  return {
    code: 'RightsNotProven',
    message: `Whether the list is whole cannot be said, since the rights of the identity could not be read: ${code}: ${message}`,
    hint,
  };
}
