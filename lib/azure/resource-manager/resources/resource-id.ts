/** The parts of a resource's id that stands directly in a resource group. Casing as Azure gave it, but for the subscription. */
export interface ResourceIdParts {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/**
 * A function that takes ids of one type of resource apart; it answers null for any other id.
 * @param type `Microsoft.Compute/virtualMachines`
 */
export function resourceIdParser(type: string): (id: string) => ResourceIdParts | null {
  const pattern = new RegExp(
    `^/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/${type.replaceAll('.', '\\.')}/([^/]+)$`,
    'i',
  );
  return (id) => {
    const [, subscriptionId, resourceGroup, name] = pattern.exec(id) ?? [];
    if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) return null;
    return { subscriptionId: subscriptionId.toLowerCase(), resourceGroup, name };
  };
}

/** A resource's id as the path of a request. */
export function resourcePath(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/');
}

/** The path of a list of one type of resource in a whole subscription. */
export function subscriptionListPath(subscriptionId: string, type: string): string {
  return `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/${type}`;
}
