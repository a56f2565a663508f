const pattern =
  /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([^/]+)\/providers\/(Microsoft\.Compute\/virtualMachines|Microsoft\.Compute\/virtualMachineScaleSets|Microsoft\.HybridCompute\/machines)\/([^/]+)$/i;

/** What the route of one machine takes in its path. Lists have whatever Azure or another source once said. */
const groupInPath = /^[\p{L}\p{N}_().-]{1,90}$/u;
const nameInPath = /^[^\p{Cc}/\\?#%]{1,260}$/u;

const mostInFilter = 256;

/** How the API is asked for one machine: by its id, or in a list where only a list has it. */
export type MachineAddress =
  | { readonly by: 'id'; readonly path: string }
  | { readonly by: 'list'; readonly query: Readonly<Record<string, string>> };

/** @returns null when the id is none of a machine */
export function machineAddress(id: string): MachineAddress | null {
  const [, subscriptionId = '', resourceGroup = '', type = '', name = ''] = pattern.exec(id) ?? [];
  // A browser resolves these as folders, even when they are encoded.
  if (name === '' || [resourceGroup, name].some((part) => part === '.' || part === '..')) return null;
  if (/virtualMachines$/i.test(type) && groupInPath.test(resourceGroup) && nameInPath.test(name)) {
    return { by: 'id', path: id.slice(1).split('/').map(encodeURIComponent).join('/') };
  }
  const query: Record<string, string> = { type: 'any', deleted: 'any', maxpagesize: '1000', subscriptionId };
  // A filter takes 256 characters.
  if (resourceGroup.length <= mostInFilter) query.resourceGroup = resourceGroup;
  if (name.length <= mostInFilter) query.name = name;
  else query.contains = name.slice(0, mostInFilter);
  return { by: 'list', query };
}
