import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';

const subscriptionsApiVersion = '2022-12-01';

export interface Subscription {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  /** Enabled, Warned, PastDue, Disabled or Deleted. */
  readonly state: string;
  /** `EnterpriseAgreement_2014-09-01`; those that begin with `AAD_` cannot hold machines. */
  readonly quotaId: string | null;
}

/**
 * Subscriptions in which the identity has any role, page by page. One without is not refused but absent.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/resources/subscriptions/list
 */
export async function* listSubscriptions(
  arm: ArmClient,
  context: RequestContext,
): AsyncGenerator<readonly Subscription[]> {
  for await (const page of arm.pages('/subscriptions', { apiVersion: subscriptionsApiVersion, context })) {
    yield page.map(toSubscription);
  }
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
