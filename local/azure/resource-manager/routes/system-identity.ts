import { type Answer, jsonAnswer } from '../../answer.ts';
import { createRandom } from '../../tenant/random.ts';
import type { RawIdentity, RawResource } from '../../tenant/types.ts';
import { errors } from '../arm-errors.ts';
import type { ArmRequest } from '../router.ts';

/** Follows a machine's own path. */
export const systemIdentityPath = 'providers/Microsoft.ManagedIdentity/identities/default';
export const identityApiVersions = ['2024-11-30', '2023-07-31-preview', '2023-01-31', '2018-11-30'] as const;
export const systemIdentityAction = 'Microsoft.ManagedIdentity/identities/read';

type Carrier = RawResource & { readonly location: string; readonly identity?: RawIdentity };

/** The system-assigned identity with its client id, which a machine's own payload leaves out. */
export function answerSystemIdentity(request: ArmRequest, machine: Carrier): Answer {
  const principalId = machine.identity?.principalId;
  const id = `${machine.id}/${systemIdentityPath}`;
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
    tags: 'tags' in machine ? machine.tags : {},
    properties: {
      tenantId,
      principalId,
      clientId,
      clientSecretUrl: `https://control-${machine.location}.identity.azure.net${id}/credentials?tid=${tenantId}&oid=${principalId}&aid=${clientId}`,
    },
  });
}
