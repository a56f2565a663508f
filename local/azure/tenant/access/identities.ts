import { createRandom } from '../random.ts';
import type { RawFederatedCredential, RawIdentity, RawUserAssignedIdentity } from '../types.ts';

/** What the identity of a machine is generated from. */
export interface IdentityContext {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The subscription of the identity that all teams share. */
  readonly sharedSubscriptionId: string;
  readonly team: string;
  /** Changes when a machine is deleted and re-created. */
  readonly machineKey: string;
}

type UserAssigned = NonNullable<RawIdentity['userAssignedIdentities']>;

/** The resource group of all user-assigned identities. */
const identityGroup = 'rg-identities';
const identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities';

/** Resource id as machines write it. The list of identities writes `resourcegroups`. */
export function userAssignedId(subscriptionId: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${identityGroup}/providers/${identityType}/${name}`;
}

/** The ids of a user-assigned identity follow from its resource id. @param generation 1 = re-created */
function userAssignedIds(seed: number, id: string, generation = 0) {
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
/** The existing identities of a team. `-deleted`, which some machines have, does not exist. */
export const teamIdentityNames = (shortTeam: string): readonly string[] =>
  ['app', 'job', 'vault', 'new'].map((name) => `id-${shortTeam}-${name}`);

/** Every shape of a machine's identity that Azure is known to write. */
const identityShapes = {
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
  /** The casing of the key differs from the id, as Compute sometimes writes it. */
  userOtherKeyCase: (context) => {
    const id = team(context, 'app');
    const key = id.replace('/resourceGroups/', '/resourcegroups/').replace('rg-identities', 'RG-Identities');
    return { type: 'userAssigned', userAssignedIdentities: userAssigned(context, id, key) };
  },
  shared: (context) => ({ type: 'UserAssigned', userAssignedIdentities: userAssigned(context, shared(context)) }),
  /** Deleted, but still on the machine with its old ids. */
  userDeleted: (context) => ({
    type: 'UserAssigned',
    userAssignedIdentities: userAssigned(context, team(context, 'deleted')),
  }),
} as const satisfies Record<string, (context: IdentityContext) => RawIdentity | undefined>;
export type IdentityShape = keyof typeof identityShapes;

export function machineIdentity(shape: IdentityShape, context: IdentityContext): RawIdentity | undefined {
  return identityShapes[shape](context);
}

/** A user-assigned identity as api-version 2024-11-30 lists it: with `resourcegroups` in lower case. */
export function createUserAssignedIdentity(input: {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly name: string;
  /** 1 = deleted and re-created under its name. */
  readonly generation?: number;
}): RawUserAssignedIdentity {
  const { seed, tenantId, subscriptionId, name, generation } = input;
  const id = `/subscriptions/${subscriptionId}/resourcegroups/${identityGroup}/providers/${identityType}/${name}`;
  return {
    id,
    location: 'westeurope',
    name,
    properties: { tenantId, ...userAssignedIds(seed, id, generation) },
    tags: { managedBy: 'platform' },
    type: identityType,
  };
}

/** Trust in a workflow of a repository. */
export function createFederatedCredential(
  identityId: string,
  name: string,
  repository: string,
): RawFederatedCredential {
  return {
    id: `${identityId}/federatedIdentityCredentials/${name}`,
    name,
    type: `${identityType}/federatedIdentityCredentials`,
    properties: {
      issuer: 'https://token.actions.githubusercontent.com',
      subject: `repo:${repository}:ref:refs/heads/main`,
      audiences: ['api://AzureADTokenExchange'],
    },
  };
}
