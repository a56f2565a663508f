export const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const userAssignedIdentityType = 'Microsoft.ManagedIdentity/userAssignedIdentities';

/**
 * An id as Azure gives it, which may enter a command.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagement
 */
export const managementGroupIdPattern = /^(?!\.{1,2}$)[\p{L}\p{N}_.()-]{1,90}$/u;

/** Quoted in a command, two ids must leave room for the rest of a remediation. */
const mostBytes = 1500;

const guid = guidPattern.source.slice(1, -1);
const group = String.raw`[\p{L}\p{M}\p{N}_.()-]{1,90}`;
const type = String.raw`[a-z][\w.-]*`;
/**
 * The characters that resource providers allow in names, without the ones that some shell interprets in quotes. `$` is
 * allowed where Azure itself uses it: the consumer group `$Default`.
 */
const name = String.raw`(?!\.{1,2}(?:/|$))(?:\$[a-z]+|[\p{L}\p{M}\p{N}_.()~@*:+,= -]+)`;
const root = `/subscriptions/${guid}(?:/resourceGroups/${group})?|/providers/Microsoft\\.Management/managementGroups/${group}`;
const grammar = new RegExp(`^(?:${root})?(?:/providers/${type}(?:/(?!providers/)${type}/${name})+)*$`, 'iu');

/**
 * Whether a text is the id of a resource of a type. An id must pass before it enters a command, whoever named it.
 * @param resourceType `Microsoft.Compute/virtualMachines`
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
export function isResourceId(text: string, resourceType: string): boolean {
  if (new TextEncoder().encode(text).length > mostBytes || !grammar.test(text)) return false;
  const lower = text.toLowerCase();
  const last = lower.lastIndexOf('/');
  return lower.slice(0, last).endsWith(`/providers/${resourceType.toLowerCase()}`);
}
