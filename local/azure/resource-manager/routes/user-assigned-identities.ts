import { jsonAnswer } from '../../answer.ts';
import type { SampleIdentity } from '../../tenant/types.ts';
import { listAnswer } from '../list-answer.ts';
import { answerOne, answerRows, type ReadableType } from '../resource-scope.ts';
import type { Route } from '../router.ts';
import { identityApiVersions as apiVersions } from './system-identity.ts';

const userAssignedIdentity: ReadableType<SampleIdentity> = {
  provider: 'Microsoft.ManagedIdentity',
  type: 'userAssignedIdentities',
  find: ({ tenant }, id) => tenant.identities.find(id),
};
const { provider, type } = userAssignedIdentity;
const path = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${provider}/${type}/{name}`;

export const userAssignedIdentityRoutes: readonly Route[] = [
  {
    path: `/subscriptions/{subscriptionId}/providers/${provider}/${type}`,
    apiVersions,
    answer: (request) =>
      answerRows(request, provider, type, (subscriptionId) =>
        request.tenant.identities.list(subscriptionId).map(({ identity }) => identity),
      ),
  },
  {
    path,
    apiVersions,
    answer: (request) => answerOne(request, userAssignedIdentity, ({ identity }) => jsonAnswer(200, identity)),
  },
  {
    path: `${path}/federatedIdentityCredentials`,
    apiVersions,
    answer: (request) =>
      answerOne(
        request,
        userAssignedIdentity,
        ({ federatedCredentials }) => listAnswer(request, federatedCredentials),
        `${provider}/${type}/federatedIdentityCredentials/read`,
      ),
  },
];
