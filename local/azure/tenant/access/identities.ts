import { createRandom } from '../random.ts';
import type { RawIdentity } from '../types.ts';

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

/** Where all user-assigned identities of the sample tenant are. */
export const identityGroup = 'rg-identities';

/** Resource id as machines write it; the listing of identities writes `resourcegroups`. */
export function userAssignedId(subscriptionId: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${identityGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
}

/**
 * The ids of a user-assigned identity follow from its resource id: the same on every machine that has it.
 * @param generation 1 = deleted and made again under its name
 */
export function userAssignedIds(seed: number, id: string, generation = 0) {
  const random = createRandom(seed, 'userAssigned', id.toLowerCase(), ...(generation === 0 ? [] : [generation]));
  return { principalId: random.guid(), clientId: random.guid() };
}

function userAssigned(context: IdentityContext, id: string, key = id): UserAssigned {
  return { [key]: userAssignedIds(context.seed, id) };
}

function systemAssigned(context: IdentityContext, type = 'SystemAssigned'): RawIdentity {
  const principalId = createRandom(context.seed, 'systemAssigned', context.machineKey).guid();
  return { type, principalId, tenantId: context.tenantId };
}

const team = (context: IdentityContext, name: string): string =>
  userAssignedId(context.subscriptionId, `id-${context.team}-${name}`);
const shared = (context: IdentityContext): string => userAssignedId(context.sharedSubscriptionId, sharedIdentityName);

/** On machines of all teams, in the first subscription. */
export const sharedIdentityName = 'id-shared-monitoring';
/** Those of a team that exist; the machines' `-deleted` does not. */
export const teamIdentityNames = (shortTeam: string): readonly string[] =>
  ['app', 'job', 'vault', 'new'].map((name) => `id-${shortTeam}-${name}`);

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
    const { principalId } = userAssignedIds(context.seed, id);
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
