import type { RawFederatedCredential, RawUserAssignedIdentity } from '../types.ts';
import { identityGroup, userAssignedIds } from './identities.ts';

export interface UserAssignedIdentityInput {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly name: string;
  /** 1 = deleted and made again under its name. */
  readonly generation?: number;
}

/** An identity as the listing of its subscription writes it, with api-version 2024-11-30: `resourcegroups` in lower case. */
export function createUserAssignedIdentity(input: UserAssignedIdentityInput): RawUserAssignedIdentity {
  const { seed, tenantId, subscriptionId, name, generation } = input;
  const type = 'Microsoft.ManagedIdentity/userAssignedIdentities';
  const id = `/subscriptions/${subscriptionId}/resourcegroups/${identityGroup}/providers/${type}/${name}`;
  return {
    id,
    location: 'westeurope',
    name,
    properties: { tenantId, ...userAssignedIds(seed, id, generation) },
    tags: { managedBy: 'platform' },
    type,
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
    type: 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
    properties: {
      issuer: 'https://token.actions.githubusercontent.com',
      subject: `repo:${repository}:ref:refs/heads/main`,
      audiences: ['api://AzureADTokenExchange'],
    },
  };
}
