import * as v from 'valibot';
import type { Reason } from '../errors.ts';
import { type Coverage, coverageCountsShape } from './coverage.ts';
import { type Principal, principalShape, principalStates } from './principal.ts';
import type { Completeness } from './query.ts';
import { count, guid, type ShapeOf, time } from './shape.ts';

const { roleAssignments, accessCoverage, ...identity } = principalShape.entries;

/** A principal whose role assignments were just read from Azure. All else is what the newest run knows of it. */
export const livePrincipalShape = v.object({
  ...identity,
  /** null, like the times, where no run has seen it. */
  kind: v.nullable(identity.kind),
  state: v.picklist([...principalStates, 'neverSeen']),
  firstSeen: v.nullable(time),
  lastSeen: v.nullable(time),
  accessCoverage: v.object({
    ...accessCoverage.entries,
    /** Subscriptions whose role assignments were requested, and those of them that were read completely. */
    groups: v.object({ subscriptionsRead: count, subscriptionsAsked: count }),
  }),
  roleAssignments: v.array(
    v.object({
      ...roleAssignments.item.entries,
      via: v.picklist(['direct', 'group']),
      /** The group that has the role; null = the principal itself. */
      groupId: v.nullable(guid),
    }),
  ),
  /** When Azure was read. */
  asOf: time,
  /** Of a live read, always null. */
  runId: v.null(),
  complete: v.boolean(),
  coverage: coverageCountsShape,
});
export type LivePrincipal = ShapeOf<typeof livePrincipalShape>;
export type LiveRoleAssignment = LivePrincipal['roleAssignments'][number];

/** The role assignments of a principal as Azure lists them now. */
export interface LiveAccess {
  /** When the reading began, ISO 8601 UTC. */
  readonly readAt: string;
  /** Each once, however many subscriptions list it; ordered by scope, then by id. */
  readonly roleAssignments: readonly LiveRoleAssignment[];
  /** Of all these roles. */
  readonly dataActionsKnown: boolean;
  readonly coverage: readonly Coverage[];
  readonly completeness: Completeness;
  /** Why it is not complete as a whole. */
  readonly reason: Reason | null;
}

/**
 * A principal with the access that was just read.
 * @param known what the newest run knows of it; null = no run has seen it
 */
export function toLivePrincipal(principalId: string, known: Principal | null, access: LiveAccess): LivePrincipal {
  const { readAt, completeness, coverage } = access;
  const asked = coverage.filter(({ status }) => status !== 'skipped');
  const read = asked.filter(({ kinds }) => kinds.roleAssignments?.status === 'complete').length;
  const some = asked.some(
    ({ kinds: { roleAssignments: one } }) => one?.status === 'complete' || one?.status === 'partial',
  );
  return {
    ...(known ?? neverSeen(principalId)),
    accessCoverage: {
      direct: completeness.complete ? 'complete' : some ? 'partial' : 'notRead',
      groups: { subscriptionsRead: read, subscriptionsAsked: asked.length },
      directory: 'notRead',
      ...(access.dataActionsKnown ? {} : { dataActions: 'notRead' as const }),
    },
    roleAssignments: access.roleAssignments,
    asOf: readAt,
    runId: null,
    ...completeness,
  };
}

function neverSeen(principalId: string) {
  const unknown = { clientId: null, kind: null, identityId: null, tenantId: null, firstSeen: null, lastSeen: null };
  return {
    principalId,
    ...unknown,
    state: 'neverSeen' as const,
    virtualMachineCount: 0,
    virtualMachines: [],
    federatedCredentials: [],
  };
}
