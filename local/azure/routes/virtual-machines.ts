import { type Answer, jsonAnswer } from '../answer.ts';
import { errors } from '../arm-errors.ts';
import { machineListAnswer } from '../list-answer.ts';
import type { ArmRequest, Route } from '../router.ts';
import { authorizationFailed, findSubscription } from '../subscription-scope.ts';
import { createRandom } from '../tenant/random.ts';
import type { SampleMachine } from '../tenant/types.ts';
import { mayRead } from '../tenant/visibility.ts';
import { instanceView, statusOnlyRow } from './instance-view.ts';

const namespace = 'Microsoft.Compute';
const computeVersions = [
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
const identityVersions = ['2024-11-30', '2023-07-31-preview', '2023-01-31', '2018-11-30'] as const;
const machinePath =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines/{name}';

export const virtualMachineRoutes: readonly Route[] = [
  {
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines',
    apiVersions: computeVersions,
    answer: listVirtualMachines,
  },
  {
    path: machinePath,
    apiVersions: computeVersions,
    answer: (request) =>
      withMachine(request, 'Microsoft.Compute/virtualMachines/read', (found) => getVirtualMachine(request, found)),
  },
  {
    path: `${machinePath}/instanceView`,
    apiVersions: computeVersions,
    answer: (request) =>
      withMachine(request, 'Microsoft.Compute/virtualMachines/instanceView/read', (found) =>
        jsonAnswer(200, instanceView(found)),
      ),
  },
  {
    path: `${machinePath}/providers/Microsoft.ManagedIdentity/identities/default`,
    apiVersions: identityVersions,
    answer: (request) =>
      withMachine(request, 'Microsoft.ManagedIdentity/identities/read', (found) => getSystemIdentity(request, found)),
  },
];

function listVirtualMachines(request: ArmRequest): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  const { subscription } = scope;
  const subscriptionScope = `/subscriptions/${subscription.subscriptionId}`;
  if (subscription.access.kind === 'none') {
    return authorizationFailed(request, 'Microsoft.Compute/virtualMachines/read', subscriptionScope);
  }
  if (!subscription.computeRegistered) return errors.missingRegistration(namespace);
  const machines = request.tenant.readableMachines(subscription.subscriptionId);
  const statusOnly = request.url.searchParams.get('statusOnly')?.toLowerCase() === 'true';
  return machineListAnswer(request, machines, statusOnly ? statusOnlyRow : ({ machine }) => machine);
}

/** Rights come before existence: who may not read a group does not learn what is in it. */
function withMachine(request: ArmRequest, action: string, answer: (found: SampleMachine) => Answer): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  const { resourceGroup = '', name = '' } = request.parameters;
  const { subscriptionId } = scope.subscription;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const id = `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
  if (!mayRead(scope.subscription, id)) return authorizationFailed(request, action, id);
  const found = request.tenant.findMachine(id);
  if (found !== undefined) return answer(found);
  const groupExists = request.tenant
    .virtualMachines(subscriptionId)
    .some((machine) => machine.id.toLowerCase().startsWith(`${group.toLowerCase()}/`));
  return groupExists
    ? errors.resourceNotFound('Microsoft.Compute/virtualMachines', name, resourceGroup)
    : errors.resourceGroupNotFound(resourceGroup);
}

function getVirtualMachine(request: ArmRequest, found: SampleMachine): Answer {
  const expand = request.url.searchParams.get('$expand')?.toLowerCase();
  if (expand !== 'instanceview') return jsonAnswer(200, found.machine);
  const properties = { ...found.machine.properties, instanceView: instanceView(found) };
  return jsonAnswer(200, { ...found.machine, properties });
}

/** The system-assigned identity with its client id, which a machine's own payload leaves out. */
function getSystemIdentity(request: ArmRequest, { machine }: SampleMachine): Answer {
  const principalId = machine.identity?.principalId;
  const id = `${machine.id}/providers/Microsoft.ManagedIdentity/identities/default`;
  if (principalId === undefined || principalId === null) {
    return errors.resourceNotFound(
      'Microsoft.ManagedIdentity/identities',
      'default',
      request.parameters.resourceGroup ?? '',
    );
  }
  const clientId = createRandom('clientId', principalId).guid();
  const { tenantId } = request.tenant;
  return jsonAnswer(200, {
    id,
    name: 'default',
    type: 'Microsoft.ManagedIdentity/identities',
    location: machine.location,
    tags: machine.tags ?? {},
    properties: {
      tenantId,
      principalId,
      clientId,
      clientSecretUrl: `https://control-${machine.location}.identity.azure.net${id}/credentials?tid=${tenantId}&oid=${principalId}&aid=${clientId}`,
    },
  });
}
