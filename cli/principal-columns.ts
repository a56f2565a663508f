import type { NeverSeenPrincipal, Principal } from '../lib/inventory/principal.ts';
import { principalCsv } from '../lib/reports/csv.ts';
import type { Presentation } from './output/result.ts';

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
    { header: 'VirtualMachines', cell: known(machinesText), leastWidth: 12, rank: 1 },
    { header: 'ClientId', cell: known(({ clientId }) => clientId ?? ''), leastWidth: 36, rank: 5, optional: true },
    {
      header: 'Identity',
      cell: known(({ identityId }) => identityId?.split('/').at(-1) ?? ''),
      leastWidth: 12,
      rank: 4,
      optional: true,
    },
    { header: 'LastSeen', cell: known(({ lastSeen }) => lastSeen.replace(/\.\d+Z$/, 'Z')), leastWidth: 20, rank: 6 },
  ],
  csv: principalCsv,
};

/** Names of the machines it is on; of the last ones in brackets when it is on none. */
function machinesText({ virtualMachines }: Principal): string {
  const now = virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  const names = (now.length > 0 ? now : virtualMachines).map(({ name }) => name).slice(0, 20);
  const text = names.join(', ');
  return now.length > 0 || text === '' ? text : `(${text})`;
}
