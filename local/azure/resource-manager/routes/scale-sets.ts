import { jsonAnswer } from '../../answer.ts';
import type { RawScaleSet } from '../../tenant/types.ts';
import { answerOne, answerRows, type ReadableType } from '../resource-scope.ts';
import type { Route } from '../router.ts';
import { computeApiVersions } from './compute-api-versions.ts';
import {
  answerSystemIdentity,
  identityApiVersions,
  systemIdentityAction,
  systemIdentityPath,
} from './system-identity.ts';

const scaleSet: ReadableType<RawScaleSet> = {
  provider: 'Microsoft.Compute',
  type: 'virtualMachineScaleSets',
  find: ({ tenant }, id) => tenant.scaleSets.find(id),
};
const path =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}';

export const scaleSetRoutes: readonly Route[] = [
  {
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachineScaleSets',
    apiVersions: computeApiVersions,
    answer: (request) => answerRows(request, scaleSet.provider, scaleSet.type, request.tenant.scaleSets.list),
  },
  {
    path,
    apiVersions: computeApiVersions,
    answer: (request) => answerOne(request, scaleSet, (found) => jsonAnswer(200, found)),
  },
  {
    path: `${path}/${systemIdentityPath}`,
    apiVersions: identityApiVersions,
    answer: (request) =>
      answerOne(request, scaleSet, (found) => answerSystemIdentity(request, found), systemIdentityAction),
  },
];
