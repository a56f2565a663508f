import { type Answer, jsonAnswer } from '../../answer.ts';
import { mayList, mayRead } from '../../tenant/access/visibility.ts';
import type { ResourceProvider, SampleMachine, SampleSubscription } from '../../tenant/types.ts';
import { refusals } from '../arm-errors.ts';
import { listAnswer, machineListAnswer } from '../list-answer.ts';
import { authorizationFailed, listedSubscription, subscriptionOf } from '../resource-scope.ts';
import type { ArmRequest, Route } from '../router.ts';
import { instanceView, statusOnlyRow } from './instance-view.ts';
import { answerSystemIdentity, systemIdentityPath } from './system-identity.ts';

/** A type of resource in resource groups, and how its requests are answered. */
interface ResourceType<Found> {
  readonly provider: ResourceProvider;
  /** Without the provider: `virtualMachines`. */
  readonly type: string;
  readonly apiVersions: readonly string[];
  readonly find: (request: ArmRequest, id: string) => Found | undefined;
  readonly list: (request: ArmRequest, subscription: SampleSubscription) => Answer;
  readonly get: (request: ArmRequest, found: Found) => Answer;
  /** Routes below one resource. */
  readonly below: readonly {
    readonly path: string;
    readonly apiVersions: readonly string[];
    readonly action: string;
    readonly answer: (request: ArmRequest, found: Found) => Answer;
  }[];
}

function routesOf<Found>(resource: ResourceType<Found>): readonly Route[] {
  const { provider, type, apiVersions } = resource;
  const list = `/subscriptions/{subscriptionId}/providers/${provider}/${type}`;
  const path = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${provider}/${type}/{name}`;
  return [
    {
      path: list,
      apiVersions,
      answer: (request) => resource.list(request, listedSubscription(request, provider, type)),
    },
    {
      path,
      apiVersions,
      answer: (request) => resource.get(request, findResource(request, resource, `${provider}/${type}/read`)),
    },
    ...resource.below.map(
      ({ path: end, action, answer, ...versions }): Route => ({
        ...versions,
        path: `${path}/${end}`,
        answer: (request) => answer(request, findResource(request, resource, action)),
      }),
    ),
  ];
}

/**
 * One resource, by `{resourceGroup}` and `{name}` of the path. Rights come before existence: a caller without rights on
 * a group does not learn what is in it.
 * @throws {ArmRefusal} as `subscriptionOf`; 403: the caller may not do this; 404: there is no such group or resource
 */
function findResource<Found>(
  request: ArmRequest,
  { provider, type, find }: ResourceType<Found>,
  action: string,
): Found {
  const subscription = subscriptionOf(request);
  const { resourceGroup = '', name = '' } = request.parameters;
  const group = `/subscriptions/${subscription.subscriptionId}/resourceGroups/${resourceGroup}`;
  const id = `${group}/providers/${provider}/${type}/${name}`;
  if (!mayList(subscription, action) || !mayRead(subscription, id)) throw authorizationFailed(request, action, id);
  const found = find(request, id);
  if (found !== undefined) return found;
  throw groupExists(request, subscription.subscriptionId, `${group}/`)
    ? refusals.resourceNotFound(`${provider}/${type}`, name, resourceGroup)
    : refusals.resourceGroupNotFound(resourceGroup);
}

/** A resource group exists while it holds a resource. */
function groupExists({ tenant }: ArmRequest, subscriptionId: string, group: string): boolean {
  const isInside = ({ id }: { readonly id: string }): boolean => id.toLowerCase().startsWith(group.toLowerCase());
  return (
    tenant.identities.list(subscriptionId).some(({ identity }) => isInside(identity)) ||
    tenant.scaleSets.list(subscriptionId).some(isInside) ||
    tenant.arcMachines.list(subscriptionId).some(isInside) ||
    tenant.virtualMachines(subscriptionId).some(isInside)
  );
}

/** The rows that the caller may read. */
function listReadable(
  request: ArmRequest,
  subscription: SampleSubscription,
  rows: readonly { readonly id: string }[],
): Answer {
  return listAnswer(
    request,
    rows.filter(({ id }) => mayRead(subscription, id)),
  );
}

const identityApiVersions = ['2024-11-30', '2023-07-31-preview', '2023-01-31', '2018-11-30'] as const;
const arcApiVersions = ['2025-01-13', '2024-07-10', '2022-12-27', '2022-11-10', '2022-03-10', '2021-05-20'] as const;
const computeApiVersions = [
  '2026-04-01',
  '2025-11-01',
  '2025-04-01',
  '2024-11-01',
  '2024-07-01',
  '2024-03-01',
  '2023-09-01',
  '2023-07-01',
  '2023-03-01',
  '2022-11-01',
  '2022-08-01',
  '2022-03-01',
  '2021-11-01',
  '2021-07-01',
  '2020-12-01',
  '2020-06-01',
] as const;

const systemIdentity = {
  path: systemIdentityPath,
  apiVersions: identityApiVersions,
  action: 'Microsoft.ManagedIdentity/identities/read',
} as const;

export const resourceRoutes: readonly Route[] = [
  ...routesOf({
    provider: 'Microsoft.Compute',
    type: 'virtualMachines',
    apiVersions: computeApiVersions,
    find: ({ tenant }, id) => tenant.findMachine(id),
    list: listVirtualMachines,
    get: getVirtualMachine,
    below: [
      {
        path: 'instanceView',
        apiVersions: computeApiVersions,
        action: 'Microsoft.Compute/virtualMachines/instanceView/read',
        answer: (_, found) => jsonAnswer(200, instanceView(found)),
      },
      { ...systemIdentity, answer: (request, { machine }) => answerSystemIdentity(request, machine) },
    ],
  }),
  ...routesOf({
    provider: 'Microsoft.Compute',
    type: 'virtualMachineScaleSets',
    apiVersions: computeApiVersions,
    find: ({ tenant }, id) => tenant.scaleSets.find(id),
    list: (request, subscription) =>
      listReadable(request, subscription, request.tenant.scaleSets.list(subscription.subscriptionId)),
    get: (_, found) => jsonAnswer(200, found),
    below: [{ ...systemIdentity, answer: answerSystemIdentity }],
  }),
  ...routesOf({
    provider: 'Microsoft.HybridCompute',
    type: 'machines',
    apiVersions: arcApiVersions,
    find: ({ tenant }, id) => tenant.arcMachines.find(id),
    list: (request, subscription) =>
      listReadable(request, subscription, request.tenant.arcMachines.list(subscription.subscriptionId)),
    get: (_, found) => jsonAnswer(200, found),
    below: [{ ...systemIdentity, answer: answerSystemIdentity }],
  }),
  ...routesOf({
    provider: 'Microsoft.ManagedIdentity',
    type: 'userAssignedIdentities',
    apiVersions: identityApiVersions,
    find: ({ tenant }, id) => tenant.identities.find(id),
    list: (request, subscription) => {
      const rows = request.tenant.identities.list(subscription.subscriptionId);
      return listReadable(
        request,
        subscription,
        rows.map(({ identity }) => identity),
      );
    },
    get: (_, { identity }) => jsonAnswer(200, identity),
    below: [
      {
        path: 'federatedIdentityCredentials',
        apiVersions: identityApiVersions,
        action: 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read',
        answer: (request, { federatedCredentials }) => listAnswer(request, federatedCredentials),
      },
    ],
  }),
];

function listVirtualMachines(request: ArmRequest, { subscriptionId }: SampleSubscription): Answer {
  const statusOnly = request.url.searchParams.get('statusOnly')?.toLowerCase() === 'true';
  const machines = request.tenant.readableMachines(subscriptionId);
  return machineListAnswer(request, machines, statusOnly ? statusOnlyRow : ({ machine }) => machine);
}

function getVirtualMachine({ url }: ArmRequest, found: SampleMachine): Answer {
  const { machine } = found;
  if (url.searchParams.get('$expand')?.toLowerCase() !== 'instanceview') return jsonAnswer(200, machine);
  return jsonAnswer(200, { ...machine, properties: { ...machine.properties, instanceView: instanceView(found) } });
}
