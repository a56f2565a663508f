import type { Answer } from '../answer.ts';
import type { ResourceProvider, SampleSubscription } from '../tenant/types.ts';
import { mayList, mayRead } from '../tenant/visibility.ts';
import { errors } from './arm-errors.ts';
import { listAnswer } from './list-answer.ts';
import type { ArmRequest } from './router.ts';
import { authorizationFailed, findSubscription } from './subscription-scope.ts';

/** A type of resource, and what it takes to read it. */
export interface ReadableType<Found> {
  readonly provider: ResourceProvider;
  /** Without the provider: `virtualMachines`. */
  readonly type: string;
  readonly find: (request: ArmRequest, id: string) => Found | undefined;
}

/** One page of a subscription's resources of a type: rights come first, then whether the provider is registered. */
export function answerList(
  request: ArmRequest,
  provider: ResourceProvider,
  type: string,
  answer: (subscription: SampleSubscription) => Answer,
): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  const { subscription } = scope;
  const action = `${provider}/${type}/read`;
  if (!mayList(subscription, action)) {
    return authorizationFailed(request, action, `/subscriptions/${subscription.subscriptionId}`);
  }
  if (subscription.unregistered.includes(provider)) return errors.missingRegistration(provider);
  return answer(subscription);
}

/** The same for resources whose rows are at hand: what the caller may not read is left out. */
export function answerRows(
  request: ArmRequest,
  provider: ResourceProvider,
  type: string,
  rows: (subscriptionId: string) => readonly { readonly id: string }[],
): Answer {
  return answerList(request, provider, type, (subscription) =>
    listAnswer(
      request,
      rows(subscription.subscriptionId).filter(({ id }) => mayRead(subscription, id)),
    ),
  );
}

/**
 * One resource, by `{resourceGroup}` and `{name}` of the path. Rights come before existence: who may not read a group does not
 * learn what is in it.
 * @param action below the type's own, `/read` by default
 */
export function answerOne<Found>(
  request: ArmRequest,
  { provider, type, find }: ReadableType<Found>,
  answer: (found: Found) => Answer,
  action = `${provider}/${type}/read`,
): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  const { resourceGroup = '', name = '' } = request.parameters;
  const { subscriptionId } = scope.subscription;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const id = `${group}/providers/${provider}/${type}/${name}`;
  if (!mayList(scope.subscription, action) || !mayRead(scope.subscription, id)) {
    return authorizationFailed(request, action, id);
  }
  const found = find(request, id);
  if (found !== undefined) return answer(found);
  return groupExists(request, subscriptionId, `${group}/`)
    ? errors.resourceNotFound(`${provider}/${type}`, name, resourceGroup)
    : errors.resourceGroupNotFound(resourceGroup);
}

/** A resource group is there when something is in it. */
function groupExists({ tenant }: ArmRequest, subscriptionId: string, group: string): boolean {
  const isInside = ({ id }: { readonly id: string }): boolean => id.toLowerCase().startsWith(group.toLowerCase());
  return (
    tenant.identities.list(subscriptionId).some(({ identity }) => isInside(identity)) ||
    tenant.scaleSets.list(subscriptionId).some(isInside) ||
    tenant.arcMachines.list(subscriptionId).some(isInside) ||
    tenant.virtualMachines(subscriptionId).some(isInside)
  );
}
