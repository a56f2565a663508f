import type { NeverSeenPrincipal, Principal, PrincipalMachine } from '../inventory/principal.ts';
import type { VirtualMachine } from '../inventory/virtual-machine.ts';
import { csvLines } from './csv-lines.ts';

type Cells<Row> = Readonly<Record<string, (row: Row) => string | boolean | null>>;

const machineCells: Cells<VirtualMachine> = {
  id: (machine) => machine.id,
  name: (machine) => machine.name,
  type: (machine) => machine.type,
  subscriptionId: (machine) => machine.subscriptionId,
  subscriptionName: (machine) => machine.subscriptionName,
  resourceGroup: (machine) => machine.resourceGroup,
  location: (machine) => machine.location,
  zones: (machine) => machine.zones.join(';'),
  vmId: (machine) => machine.vmId,
  vmSize: (machine) => machine.vmSize,
  osType: (machine) => machine.osType,
  priority: (machine) => machine.priority,
  provisioningState: (machine) => machine.provisioningState,
  timeCreated: (machine) => machine.timeCreated,
  powerState: (machine) => machine.powerState,
  tags: (machine) =>
    Object.entries(machine.tags)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
  scaleSetId: (machine) => machine.scaleSetId,
  'identity.type': (machine) => machine.identity.type,
  'identity.principalId': (machine) => machine.identity.principalId,
  'identity.tenantId': (machine) => machine.identity.tenantId,
  'identity.userAssignedIdentities': (machine) => Object.keys(machine.identity.userAssignedIdentities).join(';'),
  principalIds: (machine) => machine.principalIds.join(';'),
  firstSeen: (machine) => machine.firstSeen,
  lastSeen: (machine) => machine.lastSeen,
  deletedAt: (machine) => machine.deletedAt,
  stale: (machine) => machine.stale,
};

/** Of an id that no run ever saw, nothing but the id and that fact is known. */
type KnownOrNot = Partial<Omit<Principal, 'principalId' | 'state'>> & {
  readonly principalId: string;
  readonly state: string;
};

interface PrincipalRow {
  readonly principal: KnownOrNot;
  /** null = it never was on a machine that was read. */
  readonly machine: PrincipalMachine | null;
}

const principalCells: Cells<PrincipalRow> = {
  principalId: ({ principal }) => principal.principalId,
  clientId: ({ principal }) => principal.clientId ?? null,
  kind: ({ principal }) => principal.kind ?? null,
  identityId: ({ principal }) => principal.identityId ?? null,
  tenantId: ({ principal }) => principal.tenantId ?? null,
  state: ({ principal }) => principal.state,
  firstSeen: ({ principal }) => principal.firstSeen ?? null,
  lastSeen: ({ principal }) => principal.lastSeen ?? null,
  'accessCoverage.direct': ({ principal }) => principal.accessCoverage?.direct ?? null,
  'accessCoverage.groups': ({ principal }) => principal.accessCoverage?.groups ?? null,
  'accessCoverage.directory': ({ principal }) => principal.accessCoverage?.directory ?? null,
  roleAssignments: ({ principal }) =>
    principal.roleAssignments?.map(({ roleDefinitionName, scope }) => `${roleDefinitionName} ${scope}`).join(';') ??
    null,
  federatedCredentials: ({ principal }) => principal.federatedCredentials?.join(';') ?? null,
  'virtualMachines.id': ({ machine }) => machine?.id ?? null,
  'virtualMachines.name': ({ machine }) => machine?.name ?? null,
  'virtualMachines.subscriptionId': ({ machine }) => machine?.subscriptionId ?? null,
  'virtualMachines.attachedFrom': ({ machine }) => machine?.attachedFrom ?? null,
  'virtualMachines.detachedAt': ({ machine }) => machine?.detachedAt ?? null,
};

/**
 * CSV with one row per machine, nested fields flattened.
 * @param select names of fields of the shape: only their columns; all by default
 */
export function virtualMachineCsv(rows: Iterable<VirtualMachine>, select?: readonly string[]): Generator<string> {
  return csvOf(machineCells, rows, select);
}

/** CSV with one row per principal and machine; a principal without machines has one row, too. */
export function principalCsv(
  rows: Iterable<Principal | NeverSeenPrincipal>,
  select?: readonly string[],
): Generator<string> {
  return csvOf(principalCells, eachMachine(rows), select);
}

function* eachMachine(principals: Iterable<KnownOrNot>): Generator<PrincipalRow> {
  for (const principal of principals) {
    const { virtualMachines = [] } = principal;
    if (virtualMachines.length === 0) yield { principal, machine: null };
    for (const machine of virtualMachines) yield { principal, machine };
  }
}

function csvOf<Row>(cells: Cells<Row>, rows: Iterable<Row>, select: readonly string[] | undefined): Generator<string> {
  const columns = Object.entries(cells).filter(
    ([name]) => select === undefined || select.includes(name.split('.', 1)[0] ?? name),
  );
  const line = (row: Row) => columns.map(([, cell]) => String(cell(row) ?? ''));
  return csvLines(
    columns.map(([name]) => name),
    mapEach(rows, line),
  );
}

function* mapEach<Row, Line>(rows: Iterable<Row>, toLine: (row: Row) => Line): Generator<Line> {
  for (const row of rows) yield toLine(row);
}
