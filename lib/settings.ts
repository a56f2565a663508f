import { containerUrlForm, isPlainUrl, readContainerUrl, shownUrl } from './container-url.ts';
import { guidPattern } from './inventory/commands/azure-id.ts';
import { nearestOf } from './nearest.ts';
import { httpsOrigin, integer, invalid, list, oneOf } from './setting-values.ts';
import { type IdentitySetting, identity, type StorageSetting, storage } from './settings/storage-setting.ts';

export const cloudNames = ['AzureCloud', 'AzureUSGovernment', 'AzureChinaCloud'] as const;
export type CloudName = (typeof cloudNames)[number];

/** Values of `AZURE_TOKEN_CREDENTIALS`, as in @azure/identity. */
export const tokenCredentialNames = [
  'dev',
  'prod',
  'EnvironmentCredential',
  'WorkloadIdentityCredential',
  'ManagedIdentityCredential',
  'VisualStudioCodeCredential',
  'AzureCliCredential',
  'AzurePowerShellCredential',
  'AzureDeveloperCliCredential',
] as const;
export type TokenCredentialName = (typeof tokenCredentialNames)[number];

export type { IdentitySetting, StorageSetting };

/** All settings, parsed and checked once. Names and defaults: docs/settings.md. */
export interface Settings {
  readonly schedule: string;
  /** Ids to read, lower case; null = all that the identity sees. */
  readonly subscriptions: readonly string[] | null;
  readonly excludeSubscriptions: readonly string[];
  readonly managementGroups: readonly string[];
  readonly storage: StorageSetting;
  readonly container: string;
  readonly concurrency: number;
  readonly powerState: boolean;
  /** Ask the activity log who caused each change. */
  readonly changeAuthors: boolean;
  readonly ignoredTags: readonly string[];
  readonly retentionDays: number;
  readonly reports: readonly string[];
  readonly sources: readonly string[];
  readonly runTimeoutMinutes: number;
  readonly idleDays: number;
  readonly sharedIdentityLimit: number;
  readonly acceptedFindings: string | null;
  readonly httpAuth: 'keys' | 'entra';
  /** What a caller without an app role may do, where callers sign in. */
  readonly httpAuthDefaultRole: 'none' | 'Inventory.Read';
  /** App Service authentication is on (`WEBSITE_AUTH_ENABLED`). */
  readonly authenticationEnabled: boolean;
  readonly identity: IdentitySetting;
  readonly cloud: CloudName;
  /** Override of the cloud's Resource Manager endpoint: an https origin without a path. */
  readonly resourceManagerEndpoint: string | null;
  readonly resourceManagerAudience: string | null;
  /** Override of the cloud's Microsoft Entra ID: an https origin without a path. */
  readonly authorityHost: string | null;
  /** True inside a Functions host: only its managed identity is used, unless AZURE_TOKEN_CREDENTIALS says otherwise. */
  readonly insideFunctions: boolean;
  readonly tokenCredentials: TokenCredentialName | null;
  /** Unknown `INVENTORY_*` names, one line each: an error on the command line, a warning in Functions. */
  readonly warnings: readonly string[];
}

export const defaultSchedule = '0 0 */6 * * *';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks every setting of docs/settings.md. An empty value counts as unset.
 * @throws {InvalidSettingError} one line with the setting, the value (never a secret) and what is allowed
 */
export function readSettings(environment: Environment): Settings {
  const known = new Set<string>();
  const text = (name: string): string | null => {
    known.add(name);
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  const subscriptions = list(text('INVENTORY_SUBSCRIPTIONS'));
  const excludeSubscriptions = list(text('INVENTORY_EXCLUDE_SUBSCRIPTIONS'));
  guids('INVENTORY_SUBSCRIPTIONS', subscriptions);
  guids('INVENTORY_EXCLUDE_SUBSCRIPTIONS', excludeSubscriptions);
  const insideFunctions = text('FUNCTIONS_WORKER_RUNTIME') !== null || text('AzureWebJobsScriptRoot') !== null;
  const cloud = oneOf('AZURE_CLOUD', text, cloudNames, 'AzureCloud');
  return {
    schedule: schedule(text('INVENTORY_SCHEDULE')),
    subscriptions: subscriptions.length === 0 ? null : subscriptions.map((id) => id.toLowerCase()),
    excludeSubscriptions: excludeSubscriptions.map((id) => id.toLowerCase()),
    managementGroups: managementGroups(list(text('INVENTORY_MANAGEMENT_GROUPS'))),
    storage: storage(text, cloud),
    container: container(text('INVENTORY_CONTAINER')),
    concurrency: integer('INVENTORY_CONCURRENCY', text, 32, 1, 256),
    powerState: oneOf('INVENTORY_POWER_STATE', text, ['true', 'false'], 'true') === 'true',
    changeAuthors: oneOf('INVENTORY_CHANGE_AUTHORS', text, ['true', 'false'], 'true') === 'true',
    ignoredTags: list(text('INVENTORY_IGNORED_TAGS')),
    retentionDays: integer('INVENTORY_RETENTION_DAYS', text, 400, 1, 36_500),
    reports: reports(list(text('INVENTORY_REPORTS'))),
    sources: sources(list(text('INVENTORY_SOURCES')), cloud),
    runTimeoutMinutes: integer('INVENTORY_RUN_TIMEOUT_MINUTES', text, 60, 1, 10_080),
    idleDays: integer('INVENTORY_IDLE_DAYS', text, 30, 0, 36_500),
    sharedIdentityLimit: integer('INVENTORY_SHARED_IDENTITY_LIMIT', text, 10, 1, 1_000_000),
    acceptedFindings: acceptedFindings(text('INVENTORY_ACCEPTED_FINDINGS')),
    httpAuth: oneOf('INVENTORY_HTTP_AUTH', text, ['keys', 'entra'], 'keys'),
    // Deployments from before the roles let every caller read; new ones set none.
    httpAuthDefaultRole: oneOf('INVENTORY_HTTP_AUTH_DEFAULT_ROLE', text, ['none', 'Inventory.Read'], 'Inventory.Read'),
    authenticationEnabled: text('WEBSITE_AUTH_ENABLED')?.toLowerCase() === 'true',
    identity: identity(text),
    cloud,
    resourceManagerEndpoint: httpsOrigin('AZURE_RESOURCE_MANAGER_ENDPOINT', text, 'https://management.azure.com'),
    resourceManagerAudience: text('AZURE_RESOURCE_MANAGER_AUDIENCE'),
    authorityHost: httpsOrigin('AZURE_AUTHORITY_HOST', text, 'https://login.microsoftonline.com'),
    insideFunctions,
    tokenCredentials:
      text('AZURE_TOKEN_CREDENTIALS') === null
        ? null
        : oneOf('AZURE_TOKEN_CREDENTIALS', text, tokenCredentialNames, 'prod'),
    // Last: by now, every setting has been read.
    warnings: unknownNames(environment, [...known].filter(isOwnName)),
  };
}

function guids(name: string, values: readonly string[]): void {
  for (const value of values) {
    if (!guidPattern.test(value)) throw invalid(name, value, 'subscription ids (GUIDs), comma-separated');
  }
}

/** A display name passes: Azure refuses it, and the run names it beside the groups that could be read. */
function managementGroups(names: readonly string[]): readonly string[] {
  const wrong = names.find((name) => !/^(?!\.{1,2}$)[^/\p{Cc}]{1,90}$/u.test(name));
  if (wrong === undefined) return names;
  throw invalid('INVENTORY_MANAGEMENT_GROUPS', wrong, 'ids of management groups, comma-separated');
}

/** Accepts NCRONTAB with five or six fields. The host itself checks the rest. */
function schedule(value: string | null): string {
  if (value === null) return defaultSchedule;
  const fields = value.split(/\s+/);
  if ((fields.length !== 5 && fields.length !== 6) || !fields.every((field) => /^[\w*/,-]+$/.test(field))) {
    throw invalid('INVENTORY_SCHEDULE', value, `an NCRONTAB expression of six fields such as '${defaultSchedule}'`);
  }
  return value;
}

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
function container(value: string | null): string {
  if (value === null) return 'inventory';
  if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(value)) {
    throw invalid('INVENTORY_CONTAINER', value, '3 to 63 lower-case letters, digits and single hyphens');
  }
  return value;
}

/** @returns a path, or the address of a blob without signature or password */
function acceptedFindings(value: string | null): string | null {
  if (value === null || !/^https?:/i.test(value) || isPlainUrl(value)) return value;
  const allowed = 'the path of a JSON file, or https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME.json';
  throw invalid('INVENTORY_ACCEPTED_FINDINGS', shownUrl(value), allowed);
}

function reports(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (!/^(virtualMachines|principals|changes|findings)\.(csv|xlsx|ndjson|html)$/.test(name)) {
      throw invalid('INVENTORY_REPORTS', name, 'NAME.FORMAT such as virtualMachines.csv, comma-separated');
    }
  }
  return names;
}

/** @returns the containers without duplicates, and without a slash at the end */
function sources(urls: readonly string[], cloud: CloudName): readonly string[] {
  const containers = urls.map((value) => {
    const found = readContainerUrl(value, cloud);
    if (found === null)
      throw invalid('INVENTORY_SOURCES', shownUrl(value), `${containerUrlForm[cloud]}, comma-separated`);
    return found.url;
  });
  return [...new Set(containers)];
}

function unknownNames(environment: Environment, known: readonly string[]): string[] {
  return Object.keys(environment)
    .filter((name) => isOwnName(name) && !known.includes(name))
    .map((name) => `${name} is not a setting; did you mean ${nearestOf(name, known)}?`);
}

function isOwnName(name: string): boolean {
  return name.startsWith('INVENTORY_');
}
