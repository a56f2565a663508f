import { linkTo } from '../../state/address.ts';
import { accessText as text } from '../../text/parts/access.ts';
import { lastSegment } from '../name.tsx';
import { byPrivilege, type Privilege, type ReachEntry, type ReachLink } from './reach-layout.ts';
import { scopeText, subscriptionOf } from './scope-text.ts';

export interface ReachRole {
  readonly id: string;
  readonly scope: string;
  readonly roleDefinitionName: string | null;
  readonly privilege: Privilege;
}

/** A machine, or the machines of a subscription where there are too many for one node each. */
export interface ReachMachines {
  readonly id: string;
  readonly subscriptionId: string;
  readonly count: number;
}

export interface ReachIdentity {
  readonly principalId: string;
  readonly name: string;
  readonly detail: string;
  readonly roles: readonly ReachRole[];
}

/**
 * The entries and links of a reach picture: each of the machines has each of the identities.
 * @param from the run after which the changes of a role are listed
 */
export function reachOf(
  machines: readonly ReachMachines[],
  identities: readonly ReachIdentity[],
  subscriptionName: (id: string) => string,
  from: string,
): { readonly entries: readonly ReachEntry[]; readonly links: readonly ReachLink[] } {
  const [only] = identities;
  const principalId = identities.length === 1 && only !== undefined ? only.principalId : '';
  const entries: ReachEntry[] = machines.map((machine) => machineEntry(machine, principalId, subscriptionName));
  const links: ReachLink[] = [];
  for (const { principalId, name, detail, roles } of identities) {
    const href = linkTo('principals', principalId);
    entries.push({
      ...{ id: principalId, column: 'identities', label: name, detail, href, privilege: null, count: 1 },
      ...{ alike: principalId, groupLabel: '', groupHref: href },
    });
    for (const machine of machines) links.push([machine.id, principalId]);
    for (const role of roles) links.push([principalId, role.id]);
  }
  for (const role of byPrivilege(identities.flatMap(({ roles }) => roles))) {
    if (!entries.some(({ id }) => id === role.id)) entries.push(roleEntry(role, subscriptionName, from));
  }
  return { entries, links };
}

function machineEntry(
  { id, subscriptionId, count }: ReachMachines,
  principalId: string,
  subscriptionName: (id: string) => string,
): ReachEntry {
  const place = subscriptionName(subscriptionId);
  const groupLabel = text.machinesIn(place);
  const groupHref = linkTo('machines', '', { type: 'any', principalId, subscriptionId });
  const isOne = id.startsWith('/');
  return {
    id,
    column: 'machines',
    label: isOne ? lastSegment(id) : `${count.toLocaleString()} ${groupLabel}`,
    detail: isOne ? place : '',
    href: isOne ? linkTo('machines', id) : groupHref,
    privilege: null,
    count,
    alike: subscriptionId.toLowerCase(),
    groupLabel,
    groupHref,
  };
}

function roleEntry(role: ReachRole, subscriptionName: (id: string) => string, from: string): ReachEntry {
  const label = role.roleDefinitionName ?? text.unnamedRole;
  const subscriptionId = subscriptionOf(role.scope);
  const place = subscriptionId === '' ? text.aboveSubscriptions : subscriptionName(subscriptionId);
  return {
    id: role.id,
    column: 'roles',
    label,
    detail: scopeText(role.scope, subscriptionName),
    href: linkTo('changes', '', { resourceId: role.id, from }),
    privilege: role.privilege,
    count: 1,
    alike: `${role.privilege} ${label} ${subscriptionId}`,
    groupLabel: text.rolesIn(label, place),
    groupHref: linkTo('changes', '', { kind: 'roleAssigned', from }),
  };
}
