import { containerUrlForm, isPlainUrl, shownUrl } from '../container-url.ts';
import { InvalidSettingError } from '../errors.ts';
import { guidPattern } from '../inventory/commands/azure-id.ts';
import { invalid, type Text } from '../setting-values.ts';

type CloudName = keyof typeof containerUrlForm;

/** Storage of the databases: an account that an identity opens, or (one machine, Azurite) a connection string. */
export type StorageSetting =
  | {
      readonly kind: 'identity';
      readonly blobServiceUri: string;
      /** For storage only; null = the identity of everything else. */
      readonly identity: IdentitySetting | null;
    }
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'none' };

/** Which managed identity to use, and the setting that names it. */
export type IdentitySetting =
  | { readonly by: 'system' }
  | { readonly by: 'clientId'; readonly clientId: string; readonly setting: string }
  | { readonly by: 'objectId'; readonly objectId: string; readonly setting: string }
  | { readonly by: 'resourceId'; readonly resourceId: string; readonly setting: string };

/** The settings that name a user-assigned identity. */
interface IdentityNames {
  readonly clientId: string;
  readonly objectId?: string;
  readonly resourceId: string;
}

/** @returns null when none is set @throws {InvalidSettingError} more than one is set, or one is malformed */
function userAssigned(text: Text, { clientId, objectId, resourceId }: IdentityNames): IdentitySetting | null {
  const set = [clientId, objectId, resourceId].filter((name) => name !== undefined && text(name) !== null);
  if (set.length > 1) {
    const message = `${set.slice(0, -1).join(', ')} and ${set.at(-1)} are set; set only one of them`;
    throw new InvalidSettingError(message, { withoutValues: message });
  }
  const [setting] = set;
  const value = setting === undefined ? null : text(setting);
  if (setting === undefined || value === null) return null;
  if (setting === resourceId) {
    if (!/^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\//i.test(value)) {
      throw invalid(setting, value, 'the resource id of a user-assigned identity');
    }
    return { by: 'resourceId', resourceId: value, setting };
  }
  if (!guidPattern.test(value)) throw invalid(setting, value, 'a GUID');
  if (setting === clientId) return { by: 'clientId', clientId: value, setting };
  return { by: 'objectId', objectId: value, setting };
}

/** @throws {InvalidSettingError} */
export function identity(text: Text): IdentitySetting {
  const names = {
    clientId: 'AZURE_CLIENT_ID',
    objectId: 'INVENTORY_IDENTITY_OBJECT_ID',
    resourceId: 'INVENTORY_IDENTITY_RESOURCE_ID',
  };
  return userAssigned(text, names) ?? { by: 'system' };
}

/**
 * The account of the databases: the app's own setting, else the host's.
 * @throws {InvalidSettingError}
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#common-properties-for-identity-based-connections
 */
export function storage(text: Text, cloud: CloudName): StorageSetting {
  for (const prefix of ['INVENTORY_STORAGE', 'AzureWebJobsStorage']) {
    const accountName = prefix === 'AzureWebJobsStorage' ? text(`${prefix}__accountName`) : null;
    if (accountName !== null && !/^[a-z0-9]{3,24}$/.test(accountName)) {
      throw invalid(`${prefix}__accountName`, accountName, '3 to 24 lower-case letters and digits');
    }
    const uri = text(`${prefix}__blobServiceUri`) ?? (accountName && serviceOf(accountName, cloud));
    const credential = text(`${prefix}__credential`);
    const names = { clientId: `${prefix}__clientId`, resourceId: `${prefix}__managedIdentityResourceId` };
    const own = userAssigned(text, names);
    const connectionString = text(prefix);
    if (credential !== null && credential.toLowerCase() !== 'managedidentity') {
      throw invalid(`${prefix}__credential`, credential, 'managedidentity');
    }
    if (uri) {
      if (!isPlainUrl(uri)) throw invalid(`${prefix}__blobServiceUri`, shownUrl(uri), serviceOf('ACCOUNT', cloud));
      return { kind: 'identity', blobServiceUri: uri.replace(/(?<!\/)\/+$/, ''), identity: own };
    }
    if (connectionString !== null) return { kind: 'connectionString', connectionString };
  }
  return { kind: 'none' };
}

function serviceOf(account: string, cloud: CloudName): string {
  return new URL(containerUrlForm[cloud]).origin.replace('account', account);
}
