import { grantCommand } from '../../inventory/missing-right.ts';
import { type Container, dataRole, readerRole } from './container.ts';

/**
 * What to do about a 401 or 403.
 * @param challenge the answer's `WWW-Authenticate`: it names the tenant that the account belongs to
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#bearer-challenge
 */
export function deniedHint(container: Container, challenge: string | undefined): string {
  if (container.tokens === null) {
    return 'Check the account key in the connection string (INVENTORY_STORAGE or AzureWebJobsStorage)';
  }
  const sent = container.sent();
  const tenant = /authorization_uri="?https:\/\/[^/\s]+\/([0-9a-f-]{36})\//i.exec(challenge ?? '')?.[1];
  if (tenant !== undefined && tenant.toLowerCase() !== sent?.tenantId?.toLowerCase()) {
    return `The account belongs to tenant ${tenant}, where this identity is not known. A managed identity reads accounts of its own tenant; a person signs in there: az login --tenant ${tenant}`;
  }
  const orTemplate = container.role === readerRole ? 'or deploy infra/source.bicep there; ' : '';
  return `${roleCommand(container)} (${orTemplate}takes effect within ten minutes; if it is there already, the account's network rules keep this host out)`;
}

/** The command that gives the role to whom the last token was of. */
export function roleCommand(container: Container): string {
  const sent = container.sent();
  const type = sent?.identityType === 'user' ? 'User' : 'ServicePrincipal';
  return grantCommand(container.role, scopeOf(container), sent?.principalId ?? null, type);
}

/**
 * The resource id of what the role is needed on, as a shell finds it: only names are known here. To read, the container is enough;
 * who writes makes it, and makes links to single blobs, which the account signs.
 */
function scopeOf({ account, role, client }: Pick<Container, 'account' | 'role' | 'client'>): string {
  const found = `$(az storage account show --name ${account} --query id --output tsv)`;
  return role === dataRole ? `"${found}"` : `"${found}/blobServices/default/containers/${client.containerName}"`;
}
