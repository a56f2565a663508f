/** What a machine is found by: the parts of its resource id. */
export interface MachineId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Lower case. */
  readonly type: string;
  readonly name: string;
}

const pattern = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+\/[^/]+)\/([^/]+)\/?$/i;

/** Takes a machine's resource id apart, in any casing; null if it is none. */
export function parseMachineId(resourceId: string): MachineId | null {
  const [, subscriptionId, resourceGroup, type, name] = pattern.exec(resourceId) ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || type === undefined || name === undefined)
    return null;
  return { subscriptionId, resourceGroup, type: type.toLowerCase(), name };
}
