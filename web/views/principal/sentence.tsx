import { byPrivilege } from '../../parts/access/reach-layout.ts';
import { lastSegment, Name } from '../../parts/name.tsx';
import { accessText } from '../../text/parts/access.ts';
import { principalText as text } from '../../text/principal.ts';
import { stateText } from '../../text/states.ts';
import type { SeenPrincipal } from './seen-principal.ts';

/** The name of an identity: its own, else that of the machine it belongs to. */
export function nameOf({
  identityId,
  virtualMachines: [first],
}: Pick<SeenPrincipal, 'identityId' | 'virtualMachines'>): string {
  if (identityId !== null) return lastSegment(identityId);
  return first === undefined ? text.unnamed : text.systemAssignedOf(first.name);
}

/**
 * One sentence: `User-assigned identity id-web, on 12 machines in 3 subscriptions, Contributor on 2.`
 * @param subscriptions of its machines; null while unknown
 */
export function Sentence({
  principal,
  subscriptions,
}: {
  readonly principal: SeenPrincipal;
  readonly subscriptions: number | null;
}) {
  const { kind, identityId, virtualMachines, virtualMachineCount, roleAssignments, complete } = principal;
  const name = identityId === null ? (virtualMachines[0]?.name ?? '') : lastSegment(identityId);
  const byRole = Map.groupBy(byPrivilege(roleAssignments), (one) => one.roleDefinitionName ?? accessText.unnamedRole);
  const roles = [...byRole].slice(0, 2).map(([role, of]) => text.roleOn(role, of.length));
  const rest = [...byRole.values()].slice(2).reduce((sum, of) => sum + of.length, 0);
  const parts = [
    virtualMachineCount === 0
      ? text.onNoMachine
      : text.onMachines(virtualMachineCount, subscriptions, complete ? '' : `${stateText.atLeast} `),
    ...(roles.length === 0 ? [text.noRoles] : roles),
    ...(rest === 0 ? [] : [text.moreRoles(rest)]),
  ];
  return (
    <p class="lead">
      {text.kinds[kind]} {identityId === null && name !== '' && text.of} <Name>{name}</Name>,{' '}
      <Name>{parts.join(', ')}</Name>.
    </p>
  );
}
