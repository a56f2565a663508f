import { authorText } from '../inventory/authors/author-text.ts';
import type { Change } from '../inventory/change.ts';
import type { Finding } from '../inventory/finding.ts';
import type { Principal } from '../inventory/principal.ts';
import type { ReportSource } from '../inventory/report.ts';
import { qualifierText } from '../inventory/roles/assignment-text.ts';
import type { VirtualMachine } from '../inventory/virtual-machine.ts';
import { type Cell, type Columns, type Table, tableOf } from './table.ts';

/** Columns for HTML and Markdown, which fit on a page. Principal ids come early: they are what people came for. The other formats have every field. */

const shortVirtualMachineColumns: Columns<VirtualMachine> = {
  Name: ({ name }) => name,
  'Principal ids': ({ principalIds }) => principalIds.join(' '),
  'Resource group': ({ resourceGroup }) => resourceGroup,
  Subscription: ({ subscriptionName }) => subscriptionName,
  Location: ({ location }) => location,
  'Power state': ({ powerState }) => powerState?.replace(/^PowerState\//i, '') ?? null,
  Identity: ({ identity }) => identity.type,
  'Last seen': ({ lastSeen }) => lastSeen,
  Mark: ({ deletedAt, stale }) => (deletedAt === null ? (stale ? 'stale' : null) : 'deleted'),
};

const shortPrincipalColumns: Columns<Principal> = {
  'Principal id': ({ principalId }) => principalId,
  Kind: ({ kind }) => kind,
  State: ({ state }) => state,
  Identity: ({ identityId }) => identityId?.split('/').at(-1) ?? null,
  'Virtual machines': ({ virtualMachines }) =>
    some(virtualMachines.filter(({ detachedAt }) => detachedAt === null).map(({ name }) => name)),
  'Role assignments': ({ roleAssignments }) =>
    some(
      roleAssignments.map(
        (role) => `${role.roleDefinitionName ?? role.roleDefinitionId} on ${role.scope}${qualifierText(role)}`,
      ),
    ),
  'Last seen': ({ lastSeen }) => lastSeen,
};

const shortChangeColumns: Columns<Change> = {
  At: ({ at }) => at,
  Kind: ({ kind }) => kind,
  Resource: ({ resourceId }) => resourceId,
  'Principal id': ({ principalId }) => principalId,
  By: (change) => authorText(change, () => null),
  Before: ({ before, after }) => fields(before, after),
  After: ({ before, after }) => fields(after, before),
};

const shortFindingColumns: Columns<Finding> = {
  Severity: ({ severity }) => severity,
  Rule: ({ rule }) => rule,
  Resource: ({ resourceId }) => resourceId,
  'Principal id': ({ principalId }) => principalId,
  Message: ({ message }) => message,
  Remediation: ({ remediation }) => remediation,
  'First seen': ({ firstSeen }) => firstSeen,
  Mark: ({ stale }) => (stale ? 'stale' : null),
};

const namedAtMost = 10;
const textAtMost = 300;

/** The first few names, and the number of others. */
function some(names: readonly string[]): Cell {
  const more = names.length - namedAtMost;
  return names.slice(0, namedAtMost).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Fields that the resource id contains. */
const inResourceId: ReadonlySet<string> = new Set(['id', 'name', 'type', 'subscriptionId', 'resourceGroup']);

/** Fields as one line, cut if long: those that differ from the other side; without another side, those with a value. */
function fields(of: Change['before'], other: Change['before']): Cell {
  if (of === null) return null;
  const shown = Object.entries(of).filter(([name, value]) => {
    const text = JSON.stringify(value);
    return other === null
      ? !(inResourceId.has(name) || ['null', '[]', '{}'].includes(text))
      : text !== JSON.stringify(other[name]);
  });
  const text = JSON.stringify(Object.fromEntries(shown));
  return text.length <= textAtMost ? text : `${text.slice(0, textAtMost)} …`;
}

/** The report as a table with short columns. */
export function shortTable(source: ReportSource): Table {
  switch (source.name) {
    case 'virtualMachines':
      return tableOf('Virtual machines', shortVirtualMachineColumns, source.virtualMachines);
    case 'principals':
      return tableOf('Principals', shortPrincipalColumns, source.principals);
    case 'changes':
      return tableOf('Changes', shortChangeColumns, source.changes);
    case 'findings':
      return tableOf('Findings', shortFindingColumns, source.findings);
  }
}
