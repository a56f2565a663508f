import { rootManagementGroup } from '../subscriptions.ts';
import type { SampleSubscription } from '../types.ts';

/** Scope of a management group. */
export function managementGroupScope(name: string): string {
  return `/providers/Microsoft.Management/managementGroups/${name}`;
}

/** Whether what holds at a scope shows in a listing at the subscription: at, above or below it. */
export function reaches(scope: string, subscription: SampleSubscription): boolean {
  return isAtOrAbove(scope, subscription) || isBelow(scope, subscription);
}

/** `/`, a management group that the subscription is in, or the subscription itself. */
export function isAtOrAbove(scope: string, { subscriptionId, managementGroup }: SampleSubscription): boolean {
  const groups = managementGroup === null ? [] : [managementGroup, rootManagementGroup].map(managementGroupScope);
  return ['/', ...groups, `/subscriptions/${subscriptionId}`].some(
    (above) => above.toLowerCase() === scope.toLowerCase(),
  );
}

function isBelow(scope: string, { subscriptionId }: SampleSubscription): boolean {
  return scope.toLowerCase().startsWith(`/subscriptions/${subscriptionId.toLowerCase()}/`);
}
