import { mayList } from '../tenant/access/visibility.ts';
import type { SampleSubscription } from '../tenant/types.ts';
import { type ArmRefusal, refusals } from './arm-errors.ts';
import { wrongTenant } from './authenticate.ts';
import type { ArmRequest } from './router.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The subscription of a request, whatever the caller's rights.
 * @throws {ArmRefusal} 400: not an id; 404: unknown or deleted; 401: it belongs to another tenant
 */
export function subscriptionOf({ parameters, tenant, caller }: ArmRequest): SampleSubscription {
  const { subscriptionId = '' } = parameters;
  if (!guid.test(subscriptionId)) throw refusals.invalidSubscriptionId(subscriptionId);
  const subscription = tenant.subscription(subscriptionId);
  if (subscription === undefined || subscription.state === 'Deleted') {
    throw refusals.subscriptionNotFound(subscriptionId);
  }
  if (subscription.tenantId !== caller.tid && !subscription.managedByTenants.includes(caller.tid)) {
    throw wrongTenant(caller.tid, subscription.tenantId);
  }
  return subscription;
}

/**
 * The subscription of a list request. Rights come before the registration of the provider.
 * @throws {ArmRefusal} as `subscriptionOf`; 403: the caller may not list; 409: the provider is not registered
 */
export function listedSubscription(request: ArmRequest, provider: string, type: string): SampleSubscription {
  const subscription = subscriptionOf(request);
  const action = `${provider}/${type}/read`;
  if (!mayList(subscription, action)) {
    throw authorizationFailed(request, action, `/subscriptions/${subscription.subscriptionId}`);
  }
  if (subscription.unregistered.some((each) => each === provider)) throw refusals.missingRegistration(provider);
  return subscription;
}

/** 403 for an action at a scope, with the caller's own ids. */
export function authorizationFailed({ caller }: ArmRequest, action: string, scope: string): ArmRefusal {
  return refusals.authorizationFailed(caller.appid, caller.oid, action, scope);
}
