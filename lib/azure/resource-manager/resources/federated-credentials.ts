import type { FederatedCredential } from '../../../inventory/user-assigned-identity.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { readAll } from '../client/pages.ts';
import { resourcePath } from './resource-id.ts';
import { managedIdentityApiVersion } from './user-assigned-identities.ts';

/**
 * All federated credentials of one user-assigned identity; Azure allows twenty.
 * @throws {ArmError} `status` 404: the identity does not exist
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials/list
 */
export async function listFederatedCredentials(
  arm: ArmClient,
  identityId: string,
  context: RequestContext,
): Promise<readonly FederatedCredential[]> {
  const path = `${resourcePath(identityId)}/federatedIdentityCredentials`;
  const items = await readAll(arm.pages(path, { apiVersion: managedIdentityApiVersion, context }));
  return items.map(toFederatedCredential);
}

/** @throws {InvalidResponseError} it has no name or no issuer */
function toFederatedCredential(item: unknown): FederatedCredential {
  const properties = member(item, 'properties');
  const name = textOrNull(member(item, 'name'));
  const issuer = textOrNull(member(properties, 'issuer'));
  if (name === null || issuer === null) {
    throw new InvalidResponseError(`A federated credential was listed without name or issuer: ${name ?? 'no name'}`);
  }
  const audiences = member(properties, 'audiences');
  return {
    name,
    issuer,
    // Credentials that match claims by an expression (preview) have no subject.
    subject: textOrNull(member(properties, 'subject')) ?? '',
    audiences: Array.isArray(audiences) ? audiences.filter((audience) => typeof audience === 'string') : [],
  };
}
