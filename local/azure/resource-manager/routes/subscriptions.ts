import { jsonAnswer } from '../../answer.ts';
import type { SampleSubscription } from '../../tenant/types.ts';
import { refusals } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import { subscriptionOf } from '../resource-scope.ts';
import type { Route } from '../router.ts';

const apiVersions = ['2022-12-01', '2022-09-01', '2021-01-01', '2020-01-01', '2019-11-01', '2016-06-01'] as const;

export const subscriptionRoutes: readonly Route[] = [
  {
    path: '/subscriptions',
    apiVersions,
    answer(request) {
      const listed = request.tenant.subscriptions().filter((each) => each.listed);
      return listAnswer(request, listed.map(toResource));
    },
  },
  {
    path: '/subscriptions/{subscriptionId}',
    apiVersions,
    answer(request) {
      const subscription = subscriptionOf(request);
      if (!subscription.listed) throw refusals.subscriptionNotFound(subscription.subscriptionId);
      return jsonAnswer(200, toResource(subscription));
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
