import type { NeverSeenPrincipal, Principal, PrincipalMachine } from '../../inventory/principal.ts';
import type { Columns } from './columns.ts';

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

/** One row per principal and machine. */
export const principalColumns: Columns<PrincipalRow> = {
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
    principal.roleAssignments
      ?.map(({ roleDefinitionName, roleDefinitionId, scope }) => `${roleDefinitionName ?? roleDefinitionId} ${scope}`)
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

/** A principal as its rows: one for each machine, one in all where it has none. */
export function* principalRows(principals: Iterable<Principal | NeverSeenPrincipal>): Generator<PrincipalRow> {
  const all: Iterable<KnownOrNot> = principals;
  for (const principal of all) {
    const { virtualMachines = [] } = principal;
    if (virtualMachines.length === 0) yield { principal, machine: null };
    for (const machine of virtualMachines) yield { principal, machine };
  }
}
