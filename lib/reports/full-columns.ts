import type { Change } from '../inventory/change.ts';
import { type BlindSpot, type Coverage, kinds } from '../inventory/coverage.ts';
import type { Finding } from '../inventory/finding.ts';
import type { LivePrincipal } from '../inventory/live-principal.ts';
import type { NeverSeenPrincipal, PrincipalMachine, PrincipalRow } from '../inventory/principal.ts';
import type { ReportName, ReportSource } from '../inventory/report.ts';
import { qualifierText } from '../inventory/roles/assignment-text.ts';
import type { Privilege } from '../inventory/roles/privilege.ts';
import { type VirtualMachine, virtualMachineFields } from '../inventory/virtual-machine.ts';
import { type Cell, type Columns, fields, type Table, tableOf } from './table.ts';

/** Every field, for CSV and XLSX. Lists are joined by `;`. */

/** The fields of a machine that fill one cell as they are. */
type PlainField = {
  [Field in keyof VirtualMachine]-?: VirtualMachine[Field] extends Cell ? Field : never;
}[keyof VirtualMachine];

/** The columns of the other fields. */
const composedColumns: Readonly<Record<Exclude<keyof VirtualMachine, PlainField>, Columns<VirtualMachine>>> = {
  zones: { zones: ({ zones }) => zones.join(';') },
  tags: {
    tags: ({ tags }) =>
      Object.entries(tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(';'),
  },
  instanceCount: { instanceCount: ({ instanceCount }) => instanceCount ?? null },
  identity: {
    'identity.type': ({ identity }) => identity.type,
    'identity.principalId': ({ identity }) => identity.principalId,
    'identity.tenantId': ({ identity }) => identity.tenantId,
    'identity.userAssignedIdentities': ({ identity }) => Object.keys(identity.userAssignedIdentities).join(';'),
  },
  principalIds: { principalIds: ({ principalIds }) => principalIds.join(';') },
};
const isComposed = (field: keyof VirtualMachine): field is keyof typeof composedColumns => field in composedColumns;

/** One row per machine, with its fields in the order of the shape. */
export const virtualMachineColumns: Columns<VirtualMachine> = Object.assign(
  {},
  ...virtualMachineFields.map((field) => (isComposed(field) ? composedColumns[field] : fields(field))),
);

type Entry = PrincipalRow | LivePrincipal | NeverSeenPrincipal;

/** A principal, or an id that no run ever saw: of such an id, only the id and the state are known. */
type KnownOrNot = Partial<Omit<PrincipalRow | LivePrincipal, 'principalId' | 'state'>> & {
  readonly roleAssignmentCount?: number;
  readonly highestPrivilege?: Privilege;
  readonly principalId: string;
  readonly state: string;
};

interface PrincipalOnMachine {
  readonly principal: KnownOrNot;
  /** null = it was never on a machine that a run read. */
  readonly machine: PrincipalMachine | null;
}

/** One row per principal and machine. */
export const principalColumns: Columns<PrincipalOnMachine> = {
  principalId: ({ principal }) => principal.principalId,
  clientId: ({ principal }) => principal.clientId ?? null,
  kind: ({ principal }) => principal.kind ?? null,
  identityId: ({ principal }) => principal.identityId ?? null,
  tenantId: ({ principal }) => principal.tenantId ?? null,
  state: ({ principal }) => principal.state,
  firstSeen: ({ principal }) => principal.firstSeen ?? null,
  lastSeen: ({ principal }) => principal.lastSeen ?? null,
  'accessCoverage.direct': ({ principal }) => principal.accessCoverage?.direct ?? null,
  'accessCoverage.groups': ({ principal }) => groupsText(principal.accessCoverage?.groups),
  'accessCoverage.directory': ({ principal }) => principal.accessCoverage?.directory ?? null,
  roleAssignments: ({ principal }) =>
    principal.roleAssignments
      ?.map((role) => `${role.roleDefinitionName ?? role.roleDefinitionId} ${role.scope}${qualifierText(role)}`)
      .join(';') ?? null,
  federatedCredentials: ({ principal }) =>
    principal.federatedCredentials?.map(({ name, issuer, subject }) => `${name} ${issuer} ${subject}`).join(';') ??
    null,
  'virtualMachines.id': ({ machine }) => machine?.id ?? null,
  'virtualMachines.name': ({ machine }) => machine?.name ?? null,
  'virtualMachines.subscriptionId': ({ machine }) => machine?.subscriptionId ?? null,
  'virtualMachines.attachedFrom': ({ machine }) => machine?.attachedFrom ?? null,
  'virtualMachines.detachedAt': ({ machine }) => machine?.detachedAt ?? null,
};

function groupsText(groups: 'notRead' | LivePrincipal['accessCoverage']['groups'] | undefined): string | null {
  if (typeof groups !== 'object') return groups ?? null;
  return `${groups.subscriptionsRead} of ${groups.subscriptionsAsked} subscriptions`;
}

/** Columns that only a selection of fields has. */
export const principalCountColumns: Columns<PrincipalOnMachine> = {
  virtualMachineCount: ({ principal }) => principal.virtualMachineCount ?? null,
  roleAssignmentCount: ({ principal }) => principal.roleAssignmentCount ?? null,
  highestPrivilege: ({ principal }) => principal.highestPrivilege ?? null,
};

/** The rows of principals: one for each machine, or one without a machine. */
export function* principalRows(principals: Iterable<Entry>): Generator<PrincipalOnMachine> {
  const all: Iterable<KnownOrNot> = principals;
  for (const principal of all) {
    const { virtualMachines = [] } = principal;
    if (virtualMachines.length === 0) yield { principal, machine: null };
    for (const machine of virtualMachines) yield { principal, machine };
  }
}

/** One row per change. The fields before and after depend on the kind, so they are JSON. */
export const changeColumns: Columns<Change> = {
  ...fields('at', 'notBefore', 'runId', 'kind', 'resourceId', 'principalId'),
  before: ({ before }) => json(before),
  after: ({ after }) => json(after),
  byStatus: ({ byStatus }) => byStatus,
  'by.caller': ({ by }) => by?.caller ?? null,
  'by.callerType': ({ by }) => by?.callerType ?? null,
  'by.callerId': ({ by }) => by?.callerId ?? null,
  'by.operation': ({ by }) => by?.operation ?? null,
  'by.at': ({ by }) => by?.at ?? null,
  'by.correlationId': ({ by }) => by?.correlationId ?? null,
  'by.clientIpAddress': ({ by }) => by?.clientIpAddress ?? null,
  'by.candidates': ({ by }) => by?.candidates?.map((caller) => caller ?? 'platform').join(';') ?? null,
};

function json(fields: Change['before']): string | null {
  return fields === null ? null : JSON.stringify(fields);
}

/** One row per finding. */
export const findingColumns: Columns<Finding> = fields(
  'rule',
  'severity',
  'resourceId',
  'principalId',
  'message',
  'remediation',
  'firstSeen',
  'stale',
);

/** A subscription of the coverage ledger, or a blind spot. */
type CoverageRow =
  | { readonly subscription: Coverage; readonly blindSpot: null }
  | { readonly subscription: null; readonly blindSpot: BlindSpot };

/** One row per subscription, then one per blind spot. */
const coverageColumns: Columns<CoverageRow> = {
  subscriptionId: ({ subscription, blindSpot }) => (subscription ?? blindSpot).subscriptionId,
  displayName: ({ subscription, blindSpot }) => (subscription ?? blindSpot).displayName,
  status: ({ subscription }) => subscription?.status ?? 'blindSpot',
  state: ({ subscription }) => subscription?.state ?? null,
  virtualMachineCount: ({ subscription }) => subscription?.virtualMachineCount ?? null,
  readAt: ({ subscription }) => subscription?.readAt ?? null,
  'reason.code': ({ subscription }) => subscription?.reason?.code ?? null,
  'reason.message': ({ subscription }) => subscription?.reason?.message ?? null,
  'reason.hint': ({ subscription }) => subscription?.reason?.hint ?? null,
  ...Object.fromEntries(
    kinds.map((kind) => [`kinds.${kind}`, ({ subscription }) => subscription?.kinds[kind]?.status ?? null]),
  ),
  since: ({ blindSpot }) => blindSpot?.since ?? null,
  source: ({ subscription, blindSpot }) => (subscription ?? blindSpot).source,
  grantCommand: ({ blindSpot }) => blindSpot?.grantCommand ?? null,
};

function* coverageRows({ coverage, blindSpots }: ReportSource): Generator<CoverageRow> {
  for (const subscription of coverage) yield { subscription, blindSpot: null };
  for (const blindSpot of blindSpots ?? []) yield { subscription: null, blindSpot };
}

/** One of the reports of a source as a table with every field. */
export function fullTable(source: ReportSource, name: ReportName): Table {
  switch (name) {
    case 'virtualMachines':
      return tableOf(name, virtualMachineColumns, source.virtualMachines);
    case 'principals':
      return tableOf(name, principalColumns, () => principalRows(source.principals()));
    case 'changes':
      return tableOf(name, changeColumns, source.changes);
    case 'findings':
      return tableOf(name, findingColumns, source.findings);
  }
}

/** The coverage ledger as a table with every field. */
export function coverageTable(source: ReportSource): Table {
  return tableOf('coverage', coverageColumns, () => coverageRows(source));
}
