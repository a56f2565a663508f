import { authorText } from '../../lib/inventory/authors/author-text.ts';
import type { Change } from '../../lib/inventory/change.ts';
import { changesCsv } from '../../lib/reports/csv.ts';
import { isObject } from '../output/flatten.ts';
import type { Presentation } from '../output/result.ts';
import { lastSegment, scopeText, timeText } from './cell-text.ts';

/**
 * Changes in a table and as CSV. For resources that are named by a GUID, the `Change` column describes the change.
 * @param identityName where a managed identity is that caused a change: its machine, else its own name
 */
export const changePresentation = (identityName: (principalId: string) => string | null): Presentation<Change> => ({
  columns: [
    { header: 'At', cell: ({ at }) => timeText(at), leastWidth: 20, rank: 4 },
    { header: 'Kind', cell: ({ kind }) => kind, leastWidth: 16, rank: 0 },
    { header: 'Resource', cell: ({ resourceId }) => lastSegment(resourceId), leastWidth: 24, rank: 1 },
    { header: 'PrincipalId', cell: ({ principalId }) => principalId ?? '', leastWidth: 36, rank: 3, optional: true },
    { header: 'By', cell: (change) => authorText(change, identityName), leastWidth: 12, rank: 2 },
    { header: 'Change', cell: changeText, leastWidth: 40, rank: 2 },
  ],
  csv: changesCsv,
});

type Fields = Readonly<Record<string, unknown>>;

/** A change in a few words: from what to what. The other output formats have all fields. */
function changeText(change: Change): string {
  const before = change.before ?? {};
  const after = change.after ?? {};
  switch (change.kind) {
    case 'virtualMachineCreated':
    case 'virtualMachineDeleted':
      return machineText(change.after ?? before);
    case 'virtualMachineRecreated':
      return `vmId ${fromTo(before.vmId, after.vmId)}`;
    case 'virtualMachineMoved':
      return moveText(String(before.id).split('/'), String(after.id).split('/'));
    case 'virtualMachineUpdated':
      return updateText(before, after);
    case 'identityAttached':
    case 'identityDetached':
      return identityText(change.after ?? before);
    case 'identityRecreated':
      return `principalId ${fromTo(before.principalId, after.principalId)}`;
    case 'roleAssigned':
      return `${roleText(after)}${change.before === null ? '' : `, was ${roleText(before)}`}`;
    case 'roleRemoved':
    case 'roleInheritanceLost':
      return roleText(before);
    case 'federatedCredentialAdded':
    case 'federatedCredentialRemoved':
      return credentialText(change.after ?? before);
    default:
      return subscriptionText(before, after);
  }
}

function machineText({ subscriptionName, resourceGroup, vmSize }: Fields): string {
  return [subscriptionName, resourceGroup, vmSize].filter((part) => typeof part === 'string').join(', ');
}

/** From one resource group to another, with the subscriptions if they differ. */
function moveText(from: readonly string[], to: readonly string[]): string {
  const place = ([, , subscriptionId, , resourceGroup]: readonly string[]): string =>
    from[2]?.toLowerCase() === to[2]?.toLowerCase() ? String(resourceGroup) : `${subscriptionId}/${resourceGroup}`;
  return fromTo(place(from), place(to));
}

function updateText(before: Fields, after: Fields): string {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((name) => fieldText(name, before[name], after[name])).join('; ');
}

/** Of tags and other objects, only the differences. */
function fieldText(name: string, before: unknown, after: unknown): string {
  if (!isObject(before) || !isObject(after)) return `${name} ${fromTo(before, after)}`;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  // A tag may have the name of what every object has, such as `constructor`.
  const own = (object: Fields, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);
  const differing = [...keys].filter((key) => valueText(own(before, key)) !== valueText(own(after, key)));
  return differing.map((key) => `${name}.${key} ${fromTo(own(before, key), own(after, key))}`).join('; ');
}

function identityText({ identityId, kind }: Fields): string {
  return typeof identityId === 'string' ? lastSegment(identityId) : String(kind ?? '');
}

function roleText({ roleDefinitionName, roleDefinitionId, scope, condition }: Fields): string {
  const role = roleDefinitionName ?? lastSegment(String(roleDefinitionId));
  return `${role} on ${scopeText(String(scope))}${typeof condition === 'string' ? ` if ${condition}` : ''}`;
}

function credentialText({ name, issuer, subject }: Fields): string {
  return `${name}: ${subject} of ${issuer}`;
}

/** The stored counts and names of a subscription. */
function subscriptionText(before: Fields, after: Fields): string {
  return Object.entries({ ...before, ...after })
    .map(([name, value]) =>
      name === 'virtualMachineCount' ? `${value} virtual machines` : `${name} ${valueText(value)}`,
    )
    .join(', ');
}

function fromTo(before: unknown, after: unknown): string {
  return `${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
