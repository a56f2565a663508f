import type { FederatedCredential } from '../../../inventory/user-assigned-identity.ts';
import { member, textOrNull } from '../../json.ts';
import { isVersionRefusal, namedVersions } from '../client/api-versions.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { ArmError, InvalidResponseError } from '../client/errors.ts';
import { readAll } from '../client/pages.ts';
import { resourcePath } from './resource-id.ts';
import { managedIdentityApiVersion } from './user-assigned-identities.ts';

/** Federated credentials came with this version. */
const firstApiVersion = '2022-01-31-preview';

/**
 * All federated credentials of one user-assigned identity; Azure allows twenty. In a cloud that has older versions only
 * there are none.
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
  try {
    const items = await readAll(arm.pages(path, { apiVersion: managedIdentityApiVersion, context }));
    return items.map(toFederatedCredential);
  } catch (error) {
    if (error instanceof ArmError && isTooOld(error)) return [];
    throw error;
  }
}

function isTooOld({ code, message }: ArmError): boolean {
  const named = isVersionRefusal(code) ? namedVersions(message) : [];
  return named.length > 0 && named.every((version) => version < firstApiVersion);
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
