import type { NeverSeenPrincipal, Principal } from '../../lib/inventory/principal.ts';
import { principalCsv } from '../../lib/reports/csv.ts';
import type { Presentation } from '../output/result.ts';
import { lastSegment } from './cell-text.ts';

/** Machines named in a row. */
const namedAtMost = 3;

type Entry = Principal | NeverSeenPrincipal;

/** A fact of a principal; nothing where no run ever saw it. */
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
    { header: 'LastSeen', cell: known(({ lastSeen }) => lastSeen.replace(/\.\d+Z$/, 'Z')), leastWidth: 20, rank: 7 },
  ],
  csv: principalCsv,
};

/** Names of some machines it is on, and how many more there are; of the last ones in brackets when it is on none. */
function machinesText({ virtualMachines }: Principal): string {
  const now = virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  const names = (now.length > 0 ? now : virtualMachines).map(({ name }) => name);
  const others = names.length > namedAtMost ? ` +${names.length - namedAtMost}` : '';
  const text = names.slice(0, namedAtMost).join(', ') + others;
  return now.length > 0 || text === '' ? text : `(${text})`;
}

/** `Owner (2), Reader`: what it may do, the number of scopes where there are several. */
function rolesText({ roleAssignments }: Principal): string {
  const scopes = new Map<string, number>();
  for (const { roleDefinitionName, roleDefinitionId } of roleAssignments) {
    const role = roleDefinitionName ?? lastSegment(roleDefinitionId);
    scopes.set(role, (scopes.get(role) ?? 0) + 1);
  }
  return [...scopes].map(([role, count]) => (count === 1 ? role : `${role} (${count})`)).join(', ');
}

/** Names of the credentials that let others sign in as it. */
function federatedText({ federatedCredentials }: Principal): string {
  return federatedCredentials.map(({ name }) => name).join(', ');
}
