import { jsonAnswer } from '../../answer.ts';
import type { SampleSubscription } from '../../tenant/types.ts';
import { errors } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import type { Route } from '../router.ts';
import { findSubscription } from '../subscription-scope.ts';

const apiVersions = ['2022-12-01', '2022-09-01', '2021-01-01', '2020-01-01', '2019-11-01', '2016-06-01'] as const;

export const subscriptionRoutes: readonly Route[] = [
  {
    path: '/subscriptions',
    apiVersions,
    answer: (request) =>
      listAnswer(
        request,
        request.tenant
          .subscriptions()
          .filter((each) => each.listed)
          .map(toResource),
      ),
  },
  {
    path: '/subscriptions/{subscriptionId}',
    apiVersions,
    answer(request) {
      const scope = findSubscription(request);
      if (scope.kind === 'refused') return scope.answer;
      return scope.subscription.listed
        ? jsonAnswer(200, toResource(scope.subscription))
        : errors.subscriptionNotFound(scope.subscription.subscriptionId);
    },
  },
  {
    path: '/tenants',
    apiVersions,
    answer: (request) =>
      listAnswer(request, [
        {
          id: `/tenants/${request.tenant.tenantId}`,
          tenantId: request.tenant.tenantId,
          countryCode: 'DE',
          displayName: request.tenant.displayName,
          domains: [request.tenant.domain],
          tenantCategory: 'Home',
          defaultDomain: request.tenant.domain,
          tenantType: 'AAD',
        },
      ]),
  },
];

function toResource(subscription: SampleSubscription) {
  return {
    id: `/subscriptions/${subscription.subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: subscription.managedByTenants.map((tenantId) => ({ tenantId })),
    tags: {},
    subscriptionId: subscription.subscriptionId,
    tenantId: subscription.tenantId,
    displayName: subscription.displayName,
    state: subscription.state,
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: subscription.quotaId,
      spendingLimit: 'Off',
    },
  };
}
