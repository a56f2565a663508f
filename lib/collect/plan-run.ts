import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { readAll } from '../azure/resource-manager/client/pages.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { listSubscriptions, type Subscription } from '../azure/resource-manager/resources/subscriptions.ts';
import type { Reason } from '../errors.ts';
import { anySubscription, type BlindSpot, grantReaderCommand, type Kind, kinds } from '../inventory/coverage.ts';
import type { KnownSubscription, Plan, PlannedSubscription } from '../inventory/plan.ts';
import { reasonToSkip } from '../inventory/reason-to-skip.ts';
import type { RunTrigger } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { readManagementGroups } from './read-management-groups.ts';

export interface PlanRequest {
  readonly arm: ArmClient;
  readonly settings: Pick<Settings, 'subscriptions' | 'excludeSubscriptions' | 'managementGroups' | 'powerState'>;
  /** What the inventory already follows; empty before the first run. */
  readonly known: readonly KnownSubscription[];
  /** `Plan.afterSeq`; default: 0. */
  readonly afterSeq?: number;
  /** Of the identity, for the commands that grant it Reader. */
  readonly principalId: string | null;
  readonly runId: string;
  readonly trigger: RunTrigger;
  readonly startedAt: string;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  /** What to read of each subscription; default: everything. Power states also need the setting. */
  readonly kinds?: readonly Kind[];
  /** Also read the client ids of system-assigned identities; default: no. */
  readonly clientIds?: boolean;
  /** Time to wait for throttling while subscriptions are listed; default: five minutes. */
  readonly throttlingWaitMs?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Lists the subscriptions and decides what to read. It changes nothing.
 * @throws {ArmError} any page of the subscription list failed
 * @throws {NoTokenError} no credential gives a token
 */
export async function planRun(request: PlanRequest): Promise<Plan> {
  const { settings, known, scope, signal } = request;
  const context = newRequestContext(signal, request.throttlingWaitMs);
  const listed = await readAll(listSubscriptions(request.arm, context));
  const visible = new Map(listed.map((subscription) => [subscription.subscriptionId, subscription]));
  const allowed = (id: string): boolean =>
    (settings.subscriptions === null || settings.subscriptions.includes(id)) &&
    !settings.excludeSubscriptions.includes(id);
  const inScope = (id: string): boolean => allowed(id) && (scope === null || scope.includes(id));
  const groups = scope === null ? settings.managementGroups : [];
  const below = await readManagementGroups(request.arm, groups, request.principalId, context);

  const size = new Map(known.map(({ subscriptionId, machineCount }) => [subscriptionId, machineCount]));
  const sizeOf = (id: string): number => size.get(id) ?? Number.POSITIVE_INFINITY;
  const subscriptions = [...visible.values()]
    .filter(({ subscriptionId }) => inScope(subscriptionId))
    .map(toPlanned)
    .sort((a, b) => Math.sign(sizeOf(b.subscriptionId) - sizeOf(a.subscriptionId) || 0));
  const blindSpots = findBlindSpots(request, inScope, visible, below.subscriptions);
  return {
    runId: request.runId,
    trigger: request.trigger,
    startedAt: request.startedAt,
    afterSeq: request.afterSeq ?? 0,
    scope,
    kinds: (request.kinds ?? kinds).filter((kind) => kind !== 'powerStates' || settings.powerState),
    clientIds: request.clientIds ?? false,
    subscriptions,
    outOfScope: scope === null ? known.map((one) => one.subscriptionId).filter((id) => !allowed(id)) : [],
    blindSpots,
    blindSpotsKnown: below.known,
    groupsNotRead: below.notRead,
    principalId: request.principalId,
    reason: distrust(request, visible, allowed),
  };
}

function toPlanned(subscription: Subscription): PlannedSubscription {
  const { subscriptionId, displayName, tenantId, state } = subscription;
  return { subscriptionId, displayName, tenantId, state, skip: reasonToSkip(subscription) };
}

function findBlindSpots(
  { known, settings, scope, principalId }: PlanRequest,
  inScope: (id: string) => boolean,
  visible: ReadonlyMap<string, Subscription>,
  descendants: ReadonlyMap<string, string | null>,
): Omit<BlindSpot, 'since'>[] {
  const spots = new Map<string, Omit<BlindSpot, 'since'>>();
  const add = (subscriptionId: string, displayName: string | null, source: BlindSpot['source']): void => {
    if (!inScope(subscriptionId) || visible.has(subscriptionId) || spots.has(subscriptionId)) return;
    const grantCommand = grantReaderCommand(subscriptionId, principalId);
    spots.set(subscriptionId, { subscriptionId, displayName, source, grantCommand });
  };
  for (const { subscriptionId, displayName } of known) add(subscriptionId, displayName, 'previousRun');
  for (const id of scope ?? settings.subscriptions ?? []) add(id, null, 'configured');
  for (const [id, displayName] of descendants) add(id, displayName, 'managementGroup');
  return [...spots.values()];
}

/** A list that is empty, or lacks more than half of the subscriptions, proves nothing until a second one agrees. */
function distrust(
  { known, principalId, scope }: PlanRequest,
  visible: ReadonlyMap<string, Subscription>,
  allowed: (id: string) => boolean,
): Reason | null {
  if (visible.size === 0) {
    return {
      code: 'NoSubscriptions',
      message: 'The identity sees no subscription',
      hint: `Grant it Reader (a new role takes up to 10 minutes to take effect): ${grantReaderCommand(anySubscription, principalId)}`,
    };
  }
  if (scope !== null) return null;
  const before = known.filter((one) => one.visibility === 'visible' && allowed(one.subscriptionId));
  const lost = before.filter((one) => !visible.has(one.subscriptionId));
  if (lost.length * 2 <= before.length) return null;
  return {
    code: 'SuspiciousTenantShrink',
    message: `${lost.length} of ${before.length} subscriptions are no longer in the list`,
    hint: 'Check the role assignments of the identity, then run the inventory again. If the next list is the same, the run accepts it',
  };
}
