import type { Principal, PrincipalOrNeverSeen, VirtualMachineById } from '../../api/types.ts';
import { byPrivilege } from '../../parts/access/reach-layout.ts';
import { PrivilegeMark } from '../../parts/access/roles-table.tsx';
import { Id } from '../../parts/copy-button.tsx';
import { lastSegment, Name } from '../../parts/name.tsx';
import { linkTo } from '../../state/address.ts';
import { machineText as text } from '../../text/machine.ts';
import { principalText } from '../../text/principal.ts';

/** An identity of a machine. `principal` is what the inventory knows of it, null until that is read. */
export interface MachineIdentity {
  readonly name: string;
  readonly identityId: string | null;
  readonly principalId: string | null;
  readonly clientId: string | null;
  readonly principal: Principal | null;
}

/** @param looked the entries of the machine's principal ids, in their order */
export function identitiesOf(
  { identity }: Pick<VirtualMachineById, 'identity'>,
  looked: readonly PrincipalOrNeverSeen[],
): readonly MachineIdentity[] {
  const known = new Map<string, Principal>();
  for (const one of looked) if (one.state !== 'neverSeen') known.set(one.principalId.toLowerCase(), one);
  const find = (id: string | null) => (id === null ? null : (known.get(id.toLowerCase()) ?? null));
  const system: MachineIdentity = {
    name: text.systemAssigned,
    identityId: null,
    principalId: identity.principalId,
    clientId: null,
    principal: find(identity.principalId),
  };
  const users = Object.entries(identity.userAssignedIdentities).map(([identityId, { principalId, clientId }]) => {
    const principal = find(principalId);
    return { name: lastSegment(identityId), identityId, principalId, clientId, principal };
  });
  return [...(identity.principalId === null ? [] : [system]), ...users];
}

/** The ids are in full, each with a copy button: they are what people came for. */
export function MachineIdentities({ identities }: { readonly identities: readonly MachineIdentity[] }) {
  return (
    <>
      <h2>{text.identities}</h2>
      {identities.length === 0 && <p>{text.noIdentities}</p>}
      {identities.length > 0 && (
        <div class="table-scroll">
          <table aria-label={text.identities}>
            <thead>
              <tr>
                <th scope="col">{text.identity}</th>
                <th scope="col">{text.principalId}</th>
                <th scope="col">{text.clientId}</th>
                <th scope="col">{text.state}</th>
                <th scope="col">{text.roles}</th>
                <th scope="col">{text.onMachines}</th>
              </tr>
            </thead>
            <tbody>
              {identities.map((identity) => (
                <IdentityRow key={identity.identityId} {...identity} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function IdentityRow({ name, identityId, principalId, clientId, principal }: MachineIdentity) {
  const [highest] = byPrivilege(principal?.roleAssignments ?? []);
  const label = <Name>{name}</Name>;
  return (
    <tr>
      <td data-title={text.identity}>
        {principalId === null ? label : <a href={linkTo('principals', principalId)}>{label}</a>}
      </td>
      <td data-title={text.principalId}>
        {principalId === null ? (
          <span class="faint">{text.idsNotKnown}</span>
        ) : (
          <Id label={`${text.copy} ${text.principalId} ${principalId}`}>{principalId}</Id>
        )}
      </td>
      <td data-title={text.clientId}>
        {clientId === null ? (
          <span class="faint">{identityId === null ? text.noClientId : ''}</span>
        ) : (
          <Id label={`${text.copy} ${text.clientId} ${clientId}`}>{clientId}</Id>
        )}
      </td>
      <td data-title={text.state}>{principal === null ? '' : principalText.states[principal.state]}</td>
      <td data-title={text.roles}>
        {principal?.roleAssignments.length.toLocaleString()}{' '}
        {highest !== undefined && highest.privilege !== null && <PrivilegeMark of={highest.privilege} />}
      </td>
      <td data-title={text.onMachines}>{principal?.virtualMachineCount.toLocaleString()}</td>
    </tr>
  );
}
