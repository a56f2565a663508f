import { createRandom } from './random.ts';
import type { RawIdentity } from './types.ts';

/** Who and where a machine is: what its identity depends on. */
export interface IdentityContext {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The subscription in which the identity shared by all teams lives. */
  readonly sharedSubscriptionId: string;
  readonly team: string;
  /** Differs when a machine is deleted and made again. */
  readonly machineKey: string;
}

type UserAssigned = NonNullable<RawIdentity['userAssignedIdentities']>;

function userAssignedId(subscriptionId: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/rg-identities/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
}

/** The ids of a user-assigned identity follow from its resource id: the same on every machine that has it. */
function userAssigned(context: IdentityContext, id: string, key = id): UserAssigned {
  const random = createRandom(context.seed, 'userAssigned', id.toLowerCase());
  return { [key]: { principalId: random.guid(), clientId: random.guid() } };
}

function systemAssigned(context: IdentityContext, type = 'SystemAssigned'): RawIdentity {
  const principalId = createRandom(context.seed, 'systemAssigned', context.machineKey).guid();
  return { type, principalId, tenantId: context.tenantId };
}

const team = (context: IdentityContext, name: string): string =>
  userAssignedId(context.subscriptionId, `id-${context.team}-${name}`);
const shared = (context: IdentityContext): string =>
  userAssignedId(context.sharedSubscriptionId, 'id-shared-monitoring');

/** Every shape of a machine's identity that Azure is known to write, the usual ones first. */
export const identityShapes = {
  system: (context) => systemAssigned(context),
  user: (context) => ({ type: 'UserAssigned', userAssignedIdentities: userAssigned(context, team(context, 'app')) }),
  both: (context) => ({
    ...systemAssigned(context, 'SystemAssigned, UserAssigned'),
    userAssignedIdentities: {
      ...userAssigned(context, team(context, 'app')),
      ...userAssigned(context, shared(context)),
    },
  }),
  absent: () => undefined,
  none: () => ({ type: 'None' }),
  bothWithoutSpace: (context) => ({
    ...systemAssigned(context, 'SystemAssigned,UserAssigned'),
    userAssignedIdentities: userAssigned(context, team(context, 'job')),
  }),
  otherCase: (context) => systemAssigned(context, 'systemAssigned'),
  userNullIds: (context) => ({
    type: 'UserAssigned',
    userAssignedIdentities: { [team(context, 'new')]: { principalId: null, clientId: null } },
  }),
  userNullClientId: (context) => {
    const id = team(context, 'vault');
    const principalId = createRandom(context.seed, 'userAssigned', id.toLowerCase()).guid();
    return { type: 'UserAssigned', userAssignedIdentities: { [id]: { principalId, clientId: null } } };
  },
  /** The key's casing differs from the id's, as Compute writes it now and then. */
  userOtherKeyCase: (context) => {
    const id = team(context, 'app');
    const key = id.replace('/resourceGroups/', '/resourcegroups/').replace('rg-identities', 'RG-Identities');
    return { type: 'userAssigned', userAssignedIdentities: userAssigned(context, id, key) };
  },
  shared: (context) => ({ type: 'UserAssigned', userAssignedIdentities: userAssigned(context, shared(context)) }),
  /** Deleted, and still on the machine with its old ids. */
  userDeleted: (context) => ({
    type: 'UserAssigned',
    userAssignedIdentities: userAssigned(context, team(context, 'deleted')),
  }),
} as const satisfies Record<string, (context: IdentityContext) => RawIdentity | undefined>;
export type IdentityShape = keyof typeof identityShapes;

export function machineIdentity(shape: IdentityShape, context: IdentityContext): RawIdentity | undefined {
  return identityShapes[shape](context);
}
