import type { Answer } from '../answer.ts';
import type { SampleSubscription } from '../tenant/types.ts';
import { errors } from './arm-errors.ts';
import { wrongTenant } from './authenticate.ts';
import type { ArmRequest } from './router.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type SubscriptionScope =
  | { readonly kind: 'found'; readonly subscription: SampleSubscription }
  | { readonly kind: 'refused'; readonly answer: Answer };

/**
 * The subscription of a request: 400 for what is no id, 404 for unknown and deleted ones, 401 for another tenant's.
 * Rights are the caller's next question.
 */
export function findSubscription(request: ArmRequest): SubscriptionScope {
  const subscriptionId = request.parameters.subscriptionId ?? '';
  if (!guid.test(subscriptionId)) return refused(errors.invalidSubscriptionId(subscriptionId));
  const subscription = request.tenant.subscription(subscriptionId);
  if (subscription === undefined || subscription.state === 'Deleted') {
    return refused(errors.subscriptionNotFound(subscriptionId));
  }
  const { tid } = request.caller;
  if (subscription.tenantId !== tid && !subscription.managedByTenants.includes(tid)) {
    return refused(wrongTenant(tid, subscription.tenantId));
  }
  return { kind: 'found', subscription };
}

/** 403 for an action at a scope, with the caller's own ids. */
export function authorizationFailed(request: ArmRequest, action: string, scope: string): Answer {
  return errors.authorizationFailed(request.caller.appid, request.caller.oid, action, scope);
}

const refused = (answer: Answer): SubscriptionScope => ({ kind: 'refused', answer });
