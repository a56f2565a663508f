import type { Reason } from '../errors.ts';
import type { Plan } from '../inventory/plan.ts';
import type { FollowedSubscription } from './followed-subscriptions.ts';
import type { Offer, SourceState } from './source-offers.ts';

/**
 * Adds what sources have to a plan. Their subscriptions are followed like those that this deployment sees, and so are
 * their blind spots.
 * @param offers the best that sources have of each subscription in scope
 * @param followed what this inventory follows before the run
 */
export function planWithSources(
  plan: Plan,
  states: readonly SourceState[],
  offers: ReadonlyMap<string, Offer>,
  followed: ReadonlyMap<string, FollowedSubscription>,
  inScope: (subscriptionId: string) => boolean,
): Plan {
  const planned = new Set(plan.subscriptions.map(({ subscriptionId }) => subscriptionId));
  const others = [...offers.values()].filter(({ subscription }) => !planned.has(subscription.subscriptionId));
  const seen = new Set([...planned, ...offers.keys()]);
  const spots = new Map(plan.blindSpots.map((spot) => [spot.subscriptionId, spot]));
  for (const state of states) {
    for (const spot of 'content' in state ? state.content.blindSpots : []) {
      if (inScope(spot.subscriptionId)) spots.set(spot.subscriptionId, spots.get(spot.subscriptionId) ?? spot);
    }
  }
  for (const id of seen) spots.delete(id);
  return {
    ...plan,
    subscriptions: plan.subscriptions.concat(
      others.map(({ subscription: { subscriptionId, displayName, tenantId, state } }) => {
        return { subscriptionId, displayName, tenantId, state, skip: null };
      }),
    ),
    outOfScope: plan.outOfScope.filter((id) => !seen.has(id)),
    blindSpots: [...spots.values()],
    blindSpotsKnown:
      plan.blindSpotsKnown && states.every((state) => 'failure' in state || state.content.blindSpotsKnown),
    groupsNotRead: plan.groupsNotRead ?? groupsNotReadBy(states),
    reason: reasonWith(plan, states, seen, followed),
  };
}

function reasonWith(
  plan: Plan,
  states: readonly SourceState[],
  seen: ReadonlySet<string>,
  followed: ReadonlyMap<string, FollowedSubscription>,
): Reason | null {
  if (plan.reason !== null && !isSettled(plan, seen, followed)) return plan.reason;
  for (const state of states) {
    if ('content' in state) {
      const { reason } = state.content;
      if (reason !== null && !namesUnreadGroups(reason)) return reason;
    } else if (![...followed.values()].some(({ source }) => source === state.name)) {
      // The content is unknown. The coverage of subscriptions that are followed already says why they are not complete.
      return state.failure;
    }
  }
  return null;
}

/** The management groups that the first such source could not read. */
function groupsNotReadBy(states: readonly SourceState[]): Reason | undefined {
  const reasons = states.map((state) => ('content' in state ? state.content.reason : null));
  return reasons.find((reason) => reason !== null && namesUnreadGroups(reason)) ?? undefined;
}

/** Such a source lists its subscriptions well. Only what is below the groups is unknown. */
function namesUnreadGroups({ code }: Reason): boolean {
  return code === 'ManagementGroupsNotRead';
}

/** Whether what sources have makes up for a list of subscriptions that was empty or lost more than half. */
function isSettled(
  plan: Plan,
  seen: ReadonlySet<string>,
  followed: ReadonlyMap<string, FollowedSubscription>,
): boolean {
  if (seen.size === 0) return false;
  const gone = new Set(plan.outOfScope);
  const before = [...followed.values()].filter((one) => one.visible && !gone.has(one.subscriptionId));
  const lost = before.filter((one) => !seen.has(one.subscriptionId));
  return lost.length * 2 <= before.length;
}
