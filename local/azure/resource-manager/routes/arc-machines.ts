import { jsonAnswer } from '../../answer.ts';
import type { RawArcMachine } from '../../tenant/types.ts';
import { answerOne, answerRows, type ReadableType } from '../resource-scope.ts';
import type { Route } from '../router.ts';
import {
  answerSystemIdentity,
  identityApiVersions,
  systemIdentityAction,
  systemIdentityPath,
} from './system-identity.ts';

const apiVersions = ['2025-01-13', '2024-07-10', '2022-12-27', '2022-11-10', '2022-03-10', '2021-05-20'] as const;
const arcMachine: ReadableType<RawArcMachine> = {
  provider: 'Microsoft.HybridCompute',
  type: 'machines',
  find: ({ tenant }, id) => tenant.arcMachines.find(id),
};
const path =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.HybridCompute/machines/{name}';

export const arcMachineRoutes: readonly Route[] = [
  {
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.HybridCompute/machines',
    apiVersions,
    answer: (request) => answerRows(request, arcMachine.provider, arcMachine.type, request.tenant.arcMachines.list),
  },
  {
    path,
    apiVersions,
    answer: (request) => answerOne(request, arcMachine, (found) => jsonAnswer(200, found)),
  },
  {
    path: `${path}/${systemIdentityPath}`,
    apiVersions: identityApiVersions,
    answer: (request) =>
      answerOne(request, arcMachine, (found) => answerSystemIdentity(request, found), systemIdentityAction),
  },
];
