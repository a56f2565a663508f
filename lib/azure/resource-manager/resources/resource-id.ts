import { member, textOrNull } from '../../json.ts';
import { InvalidResponseError } from '../client/errors.ts';

/** The parts of the id of a resource directly in a resource group. All but the subscription keep Azure's casing. */
export interface ResourceIdParts {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

export type ResourceIdParser = (id: string) => ResourceIdParts | null;

/**
 * Makes a parser of ids of one type of resource; it returns null for any other id.
 * @param type `Microsoft.Compute/virtualMachines`
 */
export function resourceIdParser(type: string): ResourceIdParser {
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

/**
 * The id of a listed resource, and its parts.
 * @param kind for the message: `A virtual machine`
 * @throws {InvalidResponseError} the id is unusable: one resource cannot be distinguished from another
 */
export function readResourceId(
  item: unknown,
  parse: ResourceIdParser,
  kind: string,
): { readonly id: string; readonly parts: ResourceIdParts } {
  const id = textOrNull(member(item, 'id'));
  const parts = id === null ? null : parse(id);
  if (id === null || parts === null) {
    throw new InvalidResponseError(`${kind} was listed without a usable id: ${id ?? 'none'}`);
  }
  return { id, parts };
}

/**
 * The request path of a resource.
 * @throws {InvalidResponseError} the id does not start with a slash, so it would change the host
 */
export function resourcePath(id: string): string {
  if (!id.startsWith('/')) throw new InvalidResponseError(`Azure named a resource without a usable id: ${id}`);
  // Half of a surrogate pair, which JSON may contain, cannot be encoded.
  return id.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

/** The request path of a list: one type of resource in a whole subscription. */
export function subscriptionListPath(subscriptionId: string, type: string): string {
  return `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/${type}`;
}
