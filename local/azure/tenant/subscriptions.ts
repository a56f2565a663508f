import { subscriptionNames } from './names.ts';
import { createRandom } from './random.ts';
import type { SampleSubscription } from './types.ts';

export const rootManagementGroup = 'northwind';
export const platform = 'northwind-platform';
export const landingZones = 'northwind-landing-zones';
/** Children of the root group. */
export const childManagementGroups = [platform, landingZones] as const;

const allProviders = ['Microsoft.Compute', 'Microsoft.HybridCompute', 'Microsoft.ManagedIdentity'] as const;

/** A readable subscription. @param key unique within the tenant */
export function createSubscription(
  seed: number,
  tenantId: string,
  key: string | number,
  displayName: string,
): SampleSubscription {
  return {
    subscriptionId: createRandom(seed, 'subscription', key).guid(),
    displayName,
    tenantId,
    state: 'Enabled',
    quotaId: 'EnterpriseAgreement_2014-09-01',
    listed: true,
    access: { kind: 'reader' },
    permissions: null,
    unregistered: [],
    managementGroup: landingZones,
    managedByTenants: [],
  };
}

/** `count` readable subscriptions. Every third has never used Azure Arc. */
export function usualSubscriptions(seed: number, tenantId: string, count: number): SampleSubscription[] {
  return Array.from({ length: count }, (_, index) => ({
    ...createSubscription(seed, tenantId, index, subscriptionNames(index).displayName),
    unregistered: index % 3 === 2 ? ['Microsoft.HybridCompute'] : [],
  }));
}

/** One subscription of each kind that is not fully readable. `firstIndex` gives the team of the first. */
export function awkwardSubscriptions(seed: number, tenantId: string, firstIndex: number): SampleSubscription[] {
  const make = (offset: number, displayName: string) =>
    createSubscription(seed, tenantId, `awkward ${offset}`, displayName);
  const { team, environment } = subscriptionNames(firstIndex);
  return [
    {
      ...make(0, 'Shared Services (one resource group)'),
      access: { kind: 'resourceGroupReader', resourceGroup: `rg-${team.short}-web-${environment.short}` },
    },
    { ...make(1, 'Acquisitions – Contoso Retail'), access: { kind: 'none' } },
    { ...make(2, 'Legacy ERP'), state: 'Disabled', quotaId: 'PayAsYouGo_2014-09-01' },
    {
      ...make(3, 'Access to Azure Active Directory'),
      quotaId: 'AAD_2015-09-01',
      unregistered: allProviders,
      managementGroup: platform,
    },
    { ...make(4, 'Hackathon 2024'), state: 'Deleted' },
    { ...make(5, 'Connectivity'), unregistered: allProviders, managementGroup: platform },
    { ...make(6, 'Payroll (restricted)'), listed: false, access: { kind: 'none' } },
    {
      ...make(7, 'Data Lake (roles hidden)'),
      access: {
        kind: 'customReader',
        actions: [
          'Microsoft.Compute/*/read',
          'Microsoft.HybridCompute/*/read',
          'Microsoft.ManagedIdentity/*/read',
          'Microsoft.Resources/subscriptions/read',
        ],
      },
    },
  ];
}

/** The scope of a management group. */
export function managementGroupScope(name: string): string {
  return `/providers/Microsoft.Management/managementGroups/${name}`;
}

/** Whether a list at the subscription shows what is assigned at the scope: at, above or below the subscription. */
export function reaches(scope: string, subscription: SampleSubscription): boolean {
  const below = `/subscriptions/${subscription.subscriptionId.toLowerCase()}/`;
  return isAtOrAbove(scope, subscription) || scope.toLowerCase().startsWith(below);
}

/** Whether a scope is `/`, a management group above the subscription, or the subscription itself. */
export function isAtOrAbove(scope: string, { subscriptionId, managementGroup }: SampleSubscription): boolean {
  const groups = managementGroup === null ? [] : [managementGroup, rootManagementGroup].map(managementGroupScope);
  return ['/', ...groups, `/subscriptions/${subscriptionId}`].some(
    (above) => above.toLowerCase() === scope.toLowerCase(),
  );
}
