import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { mapPages, type Pages } from '../client/pages.ts';

const subscriptionsApiVersion = '2022-12-01';

export interface Subscription {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  /** Enabled, Warned, PastDue, Disabled or Deleted. */
  readonly state: string;
  /** `EnterpriseAgreement_2014-09-01`; a subscription with `AAD_…` cannot have machines. */
  readonly quotaId: string | null;
}

/**
 * Subscriptions in which the identity has any role, page by page. Others are absent, not refused.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/resources/subscriptions/list
 */
export function listSubscriptions(arm: ArmClient, context: RequestContext): Pages<Subscription> {
  const request = { apiVersion: subscriptionsApiVersion, context };
  return mapPages(arm.pages('/subscriptions', request), (page) => page.map(toSubscription));
}

/**
 * One subscription by its id.
 * @throws what `ArmClient.get` throws
 * @see https://learn.microsoft.com/rest/api/resources/subscriptions/get
 */
export async function getSubscription(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): Promise<Subscription> {
  const path = `/subscriptions/${encodeURIComponent(subscriptionId)}`;
  return toSubscription(await arm.get(path, { apiVersion: subscriptionsApiVersion, context }));
}

function toSubscription(item: unknown): Subscription {
  const subscriptionId =
    textOrNull(member(item, 'subscriptionId')) ??
    /^\/subscriptions\/([^/]+)$/i.exec(textOrNull(member(item, 'id')) ?? '')?.[1];
  if (subscriptionId === undefined) throw new InvalidResponseError('A subscription was listed without an id');
  return {
    subscriptionId: subscriptionId.toLowerCase(),
    displayName: textOrNull(member(item, 'displayName')) ?? subscriptionId,
    tenantId: textOrNull(member(item, 'tenantId')),
    state: textOrNull(member(item, 'state')) ?? 'Unknown',
    quotaId: textOrNull(member(member(item, 'subscriptionPolicies'), 'quotaId')),
  };
}
