import type { LivePrincipal, LiveRoleAssignment } from '../../lib/inventory/live-principal.ts';
import type { NeverSeenPrincipal, Principal, PrincipalRoleAssignment } from '../../lib/inventory/principal.ts';
import { qualifierText } from '../../lib/inventory/roles/assignment-text.ts';
import { principalCsv } from '../../lib/reports/csv.ts';
import { flatten } from '../output/flatten.ts';
import type { Presentation } from '../output/result.ts';
import { onePerLine, type Property } from '../output/table.ts';
import { lastSegment, timeText } from './cell-text.ts';

/** Machines that a row names. */
const namedAtMost = 3;

type Entry = Principal | NeverSeenPrincipal;

/** A fact of a principal; empty if no run ever saw it. */
function known(fact: (principal: Principal) => string): (entry: Entry) => string {
  return (entry) => (entry.state === 'neverSeen' ? '' : fact(entry));
}

/** Principals in a table and as CSV; the id is never cut. */
export const principalPresentation: Presentation<Entry> = {
  columns: [
    { header: 'PrincipalId', cell: ({ principalId }) => principalId, leastWidth: 36, rank: 0 },
    { header: 'Kind', cell: known(({ kind }) => kind.replace('Assigned', '')), leastWidth: 6, rank: 3 },
    { header: 'State', cell: ({ state }) => state, leastWidth: 8, rank: 2 },
    { header: 'VirtualMachines', cell: known(machinesText), leastWidth: 24, rank: 1 },
    { header: 'ClientId', cell: known(({ clientId }) => clientId ?? ''), leastWidth: 36, rank: 8, optional: true },
    {
      header: 'Identity',
      cell: known(({ identityId }) => (identityId === null ? '' : lastSegment(identityId))),
      leastWidth: 16,
      rank: 5,
      optional: true,
    },
    { header: 'Roles', cell: known(rolesText), leastWidth: 24, rank: 4, optional: true },
    { header: 'Federated', cell: known(federatedText), leastWidth: 9, rank: 6, optional: true },
    { header: 'LastSeen', cell: known(({ lastSeen }) => timeText(lastSeen)), leastWidth: 20, rank: 7 },
  ],
  csv: principalCsv,
};

/** Some of the machines it is on, and the number of others; if it is on none, those it was on, in brackets. */
function machinesText({ virtualMachines }: Principal): string {
  const now = virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  const names = (now.length > 0 ? now : virtualMachines).map(({ name }) => name);
  const others = names.length > namedAtMost ? ` +${names.length - namedAtMost}` : '';
  const text = names.slice(0, namedAtMost).join(', ') + others;
  return now.length > 0 || text === '' ? text : `(${text})`;
}

/** `Owner (2), Reader with a condition`: its roles, with the number of scopes if there are several. */
function rolesText({ roleAssignments }: Principal): string {
  const scopes = new Map<string, number>();
  for (const { roleDefinitionName, roleDefinitionId, condition } of roleAssignments) {
    const name = roleDefinitionName ?? lastSegment(roleDefinitionId);
    const role = condition === null ? name : `${name} with a condition`;
    scopes.set(role, (scopes.get(role) ?? 0) + 1);
  }
  return [...scopes].map(([role, count]) => (count === 1 ? role : `${role} (${count})`)).join(', ');
}

/** Names of the federated credentials: who else can sign in as it. */
function federatedText({ federatedCredentials }: Principal): string {
  return federatedCredentials.map(({ name }) => name).join(', ');
}

/** A principal as names and values. Each machine, role and credential has a line; its present machines come first. */
export function describePrincipal(principal: Principal | LivePrincipal): Property[] {
  const { virtualMachines, roleAssignments, federatedCredentials, ...rest } = principal;
  const machines = virtualMachines
    .toSorted((a, b) => Number(a.detachedAt !== null) - Number(b.detachedAt !== null))
    .map(({ id, attachedFrom, detachedAt }) => {
      return `${id} (from ${attachedFrom}${detachedAt === null ? '' : ` to ${detachedAt}`})`;
    });
  const credentials = federatedCredentials.map(({ name, issuer, subject }) => `${name}: ${subject} of ${issuer}`);
  return [
    ...flatten(rest),
    ...onePerLine('virtualMachines', machines),
    ...onePerLine('roleAssignments', roleAssignments.map(roleText)),
    ...onePerLine('federatedCredentials', credentials),
  ];
}

function roleText(assignment: PrincipalRoleAssignment | LiveRoleAssignment): string {
  const { roleDefinitionName, roleDefinitionId, scope, inherited, privilege, privilegePlane } = assignment;
  const planes = privilegePlane === 'both' ? 'control and data' : privilegePlane;
  const marks = [
    inherited ? 'inherited' : null,
    privilege === null ? null : `${privilege} privilege${planes === null ? '' : ` on ${planes}`}`,
  ].filter((mark) => mark !== null);
  const marked = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
  return `${roleDefinitionName ?? roleDefinitionId} on ${scope}${marked}${qualifierText(assignment)}`;
}
