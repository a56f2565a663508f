import { type Answer, jsonAnswer } from '../../answer.ts';
import type { SampleMachine } from '../../tenant/types.ts';
import { machineListAnswer } from '../list-answer.ts';
import { answerList, answerOne, type ReadableType } from '../resource-scope.ts';
import type { ArmRequest, Route } from '../router.ts';
import { computeApiVersions } from './compute-api-versions.ts';
import { instanceView, statusOnlyRow } from './instance-view.ts';
import {
  answerSystemIdentity,
  identityApiVersions,
  systemIdentityAction,
  systemIdentityPath,
} from './system-identity.ts';

const machine: ReadableType<SampleMachine> = {
  provider: 'Microsoft.Compute',
  type: 'virtualMachines',
  find: ({ tenant }, id) => tenant.findMachine(id),
};
const machinePath =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines/{name}';

export const virtualMachineRoutes: readonly Route[] = [
  {
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines',
    apiVersions: computeApiVersions,
    answer: listVirtualMachines,
  },
  {
    path: machinePath,
    apiVersions: computeApiVersions,
    answer: (request) => answerOne(request, machine, (found) => getVirtualMachine(request, found)),
  },
  {
    path: `${machinePath}/instanceView`,
    apiVersions: computeApiVersions,
    answer: (request) =>
      answerOne(
        request,
        machine,
        (found) => jsonAnswer(200, instanceView(found)),
        'Microsoft.Compute/virtualMachines/instanceView/read',
      ),
  },
  {
    path: `${machinePath}/${systemIdentityPath}`,
    apiVersions: identityApiVersions,
    answer: (request) =>
      answerOne(request, machine, (found) => answerSystemIdentity(request, found.machine), systemIdentityAction),
  },
];

function listVirtualMachines(request: ArmRequest): Answer {
  return answerList(request, machine.provider, machine.type, ({ subscriptionId }) => {
    const statusOnly = request.url.searchParams.get('statusOnly')?.toLowerCase() === 'true';
    const machines = request.tenant.readableMachines(subscriptionId);
    return machineListAnswer(request, machines, statusOnly ? statusOnlyRow : (row) => row.machine);
  });
}

function getVirtualMachine(request: ArmRequest, found: SampleMachine): Answer {
  const expand = request.url.searchParams.get('$expand')?.toLowerCase();
  if (expand !== 'instanceview') return jsonAnswer(200, found.machine);
  const properties = { ...found.machine.properties, instanceView: instanceView(found) };
  return jsonAnswer(200, { ...found.machine, properties });
}
