import { type Answer, jsonAnswer } from '../../answer.ts';
import { createRandom } from '../../tenant/random.ts';
import type { RawIdentity, RawResource } from '../../tenant/types.ts';
import { refusals } from '../arm-errors.ts';
import type { ArmRequest } from '../router.ts';

/** Below the path of a machine. */
export const systemIdentityPath = 'providers/Microsoft.ManagedIdentity/identities/default';
const type = 'Microsoft.ManagedIdentity/identities';

/** The system-assigned identity with its client id, which the machine's own body lacks. */
export function answerSystemIdentity(
  { tenant: { tenantId }, parameters }: ArmRequest,
  machine: RawResource & { readonly location: string; readonly identity?: RawIdentity },
): Answer {
  const principalId = machine.identity?.principalId ?? null;
  if (principalId === null) throw refusals.resourceNotFound(type, 'default', parameters.resourceGroup ?? '');
  const id = `${machine.id}/${systemIdentityPath}`;
  const clientId = createRandom('clientId', principalId).guid();
  return jsonAnswer(200, {
    id,
    name: 'default',
    type,
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
