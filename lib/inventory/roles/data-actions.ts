import { allows, hasDataActions, type Permission, type RolePermission } from './permissions.ts';

/**
 * Data actions that read, change or use data of a kind that is worth an attack. Whoever has one of them in a whole
 * subscription has it on all data of that kind there. docs/findings/privilegedIdentity.md shows this list.
 * @internal for tests
 * @see https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
 */
export const sensitiveDataActions: readonly string[] = [
  ...under('Microsoft.KeyVault/vaults/secrets', 'getSecret/action', 'setSecret/action', 'delete'),
  ...under(
    'Microsoft.KeyVault/vaults/keys',
    'decrypt/action',
    'unwrap/action',
    'sign/action',
    'release/action',
    'delete',
  ),
  ...under('Microsoft.Storage/storageAccounts/blobServices/containers/blobs', 'read', 'write', 'delete'),
  ...under('Microsoft.Storage/storageAccounts/fileServices/fileshares/files', 'read', 'write', 'delete'),
  ...under(
    'Microsoft.Storage/storageAccounts/queueServices/queues/messages',
    'read',
    'write',
    'delete',
    'process/action',
  ),
  ...under('Microsoft.Storage/storageAccounts/tableServices/tables/entities', 'read', 'write', 'delete'),
  ...under('Microsoft.AppConfiguration/configurationStores/keyValues', 'read', 'write', 'delete'),
  'Microsoft.EventHub/namespaces/messages/receive/action',
  'Microsoft.ServiceBus/namespaces/messages/receive/action',
  ...under('Microsoft.ContainerService/managedClusters/secrets', 'read', 'write'),
  ...under('Microsoft.Kubernetes/connectedClusters/secrets', 'read', 'write'),
  'Microsoft.Compute/virtualMachines/loginAsAdmin/action',
  'Microsoft.HybridCompute/machines/loginAsAdmin/action',
];

function under(resource: string, ...operations: readonly string[]): string[] {
  return operations.map((operation) => `${resource}/${operation}`);
}

const providerOf = (action: string): string => action.slice(0, action.indexOf('/')).toLowerCase();
const listedProviders: ReadonlySet<string> = new Set(sensitiveDataActions.map(providerOf));
const verbs = ['read', 'write', 'delete', 'run/action'];

/**
 * Whether a role has far-reaching rights on data: its data actions minus its `notDataActions` allow one of
 * {@link sensitiveDataActions}, or one of the four verbs on all data, or on all data of any other provider.
 * @returns null = not known: some data actions were not read
 */
export function reachesData(permissions: readonly RolePermission[] | null): boolean | null {
  if (permissions === null) return null;
  const onData = permissions.map(({ dataActions, notDataActions }): Permission => {
    return { actions: dataActions ?? [], notActions: notDataActions ?? [] };
  });
  const others = new Set(onData.flatMap(({ actions }) => actions.map(providerOf)));
  const probes = [
    ...sensitiveDataActions,
    ...['Microsoft.Unnamed', ...[...others].filter((provider) => !listedProviders.has(provider))].flatMap(wholeData),
  ];
  if (probes.some((action) => allows(onData, action))) return true;
  return hasDataActions(permissions) ? false : null;
}

/**
 * Whether a role's actions hand out keys that open all data of Cognitive Services, whatever its data actions.
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning
 */
export function handsOutKeys(permissions: readonly Permission[]): boolean {
  return allows(permissions, 'Microsoft.CognitiveServices/accounts/listKeys/action');
}

/** Of a resource that no role names: only wildcards allow or exclude these. */
function wholeData(provider: string): string[] {
  // Cognitive Services has one type of resource with data, and roles name it.
  const type = provider === 'microsoft.cognitiveservices' ? 'accounts' : 'unnamed';
  return under(`${provider}/${type}/unnamed`, ...verbs);
}
