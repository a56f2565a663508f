import { isTypeMissing } from '../../azure/resource-manager/client/api-versions.ts';
import type { RequestMeter } from '../../azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../../azure/resource-manager/client/errors.ts';
import { InventoryError, type Reason, toReason } from '../../errors.ts';
import { type CoverageStatus, grantReaderCommand } from '../../inventory/coverage.ts';
import { allows, type Permission } from '../../inventory/roles/permissions.ts';
import type { Outcome } from './kind-reader.ts';

/** What the identity may do at a subscription, or why that is unknown. */
export type Rights = { readonly permissions: readonly Permission[] } | { readonly unknown: Reason };

/**
 * The outcome of a list that failed: complete if the cloud does not have the resource provider or the subscription has
 * not registered it, partial after some pages, denied for a 403 on the first, else failed.
 * @throws anything that is not an `InventoryError`: a defect
 */
export function outcomeOf(error: unknown, { pages }: RequestMeter): Outcome {
  if (!(error instanceof InventoryError)) throw error;
  const reason = toReason(error);
  if (pages === 0 && isTypeMissing(error)) return { status: 'complete', reason };
  const status: CoverageStatus =
    pages > 0 ? 'partial' : error instanceof ArmError && error.status === 403 ? 'denied' : 'failed';
  return { status, reason };
}

/**
 * A list that was read to its end is complete only if the rights of the identity prove that nothing was filtered.
 * @param actions that the list needs at the subscription; none if it was not read
 * @param principalId of the identity that reads; null if its token does not say
 */
export function proven(
  listed: Outcome,
  actions: readonly string[],
  rights: Rights,
  subscriptionId: string,
  principalId: string | null,
): Outcome {
  if (listed.status !== 'complete' || actions.length === 0) return listed;
  if ('unknown' in rights) return { status: 'partial', reason: notProven(rights.unknown) };
  const lacking = actions.find((action) => !allows(rights.permissions, action));
  return lacking === undefined
    ? listed
    : { status: 'partial', reason: notReader(lacking, subscriptionId, principalId) };
}

function notReader(action: string, subscriptionId: string, principalId: string | null): Reason {
  return {
    code: 'NotReaderOnSubscription',
    message: `The identity lacks ${action} on subscription ${subscriptionId} as a whole, so Azure returns a filtered list`,
    hint: grantReaderCommand(subscriptionId, principalId),
  };
}

function notProven({ code, message, hint }: Reason): Reason {
  return {
    code: 'RightsNotProven',
    message: `The rights of the identity could not be read, so the list may be incomplete (${code}: ${message})`,
    hint,
  };
}
