import { useState } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/client.ts';
import type { Principal } from '../../api/types.ts';
import { linkTo } from '../../state/address.ts';
import { shownRun } from '../../state/shown-run.ts';
import { accessText as text } from '../../text/parts/access.ts';
import { Icon } from '../icon.tsx';
import { Name } from '../name.tsx';
import { byPrivilege, type Privilege } from './reach-layout.ts';
import { scopeText } from './scope-text.ts';

type Role = Principal['roleAssignments'][number];
type Permissions = Role['permissions'];

/** A role assignment with the identity that has it. */
export interface RoleRow extends Role {
  readonly principalId: string;
  readonly identityName: string;
  readonly via?: 'direct' | 'group';
  readonly groupId?: string | null;
}

interface RolesTableProps {
  readonly roles: readonly RoleRow[];
  readonly subscriptionName: (id: string) => string;
  readonly label: string;
}

const rowsAtFirst = 100;

/** Every role assignment, the most powerful first. */
export function RolesTable({ roles, subscriptionName, label }: RolesTableProps) {
  const [shown, setShown] = useState(rowsAtFirst);
  const sorted = byPrivilege(roles);
  const ofSeveral = new Set(roles.map(({ principalId }) => principalId)).size > 1;
  const isLive = roles.some(({ via }) => via !== undefined);
  return (
    <>
      <div class="table-scroll">
        <table class="roles" aria-label={label}>
          <thead>
            <tr>
              {ofSeveral && <th scope="col">{text.identity}</th>}
              <th scope="col">{text.role}</th>
              <th scope="col">{text.privilege}</th>
              <th scope="col">{text.scope}</th>
              <th scope="col">{text.inherited}</th>
              {isLive && <th scope="col">{text.via}</th>}
              <th scope="col">{text.condition}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((role) => (
              <tr key={`${role.principalId} ${role.id}`}>
                {ofSeveral && (
                  <td data-title={text.identity}>
                    <a href={linkTo('principals', role.principalId)}>
                      <Name>{role.identityName}</Name>
                    </a>
                  </td>
                )}
                <td data-title={text.role}>
                  <Name>{role.roleDefinitionName ?? text.unnamedRole}</Name>
                  <Actions role={role} />
                </td>
                <td data-title={text.privilege}>
                  <PrivilegeMark of={role.privilege} />
                  {role.privilegePlane !== null && <div class="hint">{text.planes[role.privilegePlane]}</div>}
                </td>
                <td data-title={text.scope}>
                  <Name>{scopeText(role.scope, subscriptionName)}</Name>
                  <code class="scope">
                    <Name>{role.scope}</Name>
                  </code>
                </td>
                <td data-title={text.inherited}>{role.inherited ? text.yes : text.no}</td>
                {isLive && (
                  <td data-title={text.via}>
                    {role.via === 'group' ? text.group : text.direct}{' '}
                    {role.groupId != null && <code>{role.groupId}</code>}
                  </td>
                )}
                <td data-title={text.condition}>
                  {role.condition === null ? (
                    ''
                  ) : (
                    <code>
                      <Name>{role.condition}</Name>
                    </code>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown < sorted.length && (
        <button type="button" onClick={() => setShown(shown + 500)}>
          {text.more(sorted.length - shown)}
        </button>
      )}
    </>
  );
}

/** By shape, word and colour. Without privilege, it is low. */
export function PrivilegeMark({ of }: { readonly of: Privilege }) {
  return (
    <span class={`severity ${of ?? 'unprivileged'}`}>
      {of === 'high' && <Icon name="up" />} {text.privileges[of ?? 'low']}
    </span>
  );
}

/** What the role allows, read when it is opened, where the answer does not have it. */
function Actions({ role }: { readonly role: RoleRow }) {
  const [permissions, setPermissions] = useState<Permissions>(role.permissions);
  const [failure, setFailure] = useState<string | null>(null);
  const read = async (event: Event) => {
    const isOpen = event.currentTarget instanceof HTMLDetailsElement && event.currentTarget.open;
    if (!isOpen || permissions !== undefined) return;
    try {
      const query = { asOf: shownRun.value, expand: 'permissions', maxmachines: 0, select: 'roleAssignments' };
      const { roleAssignments } = await call('principal', `principals/${role.principalId}`, { query });
      setPermissions(roleAssignments.find(({ id }) => id === role.id)?.permissions ?? null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error.message);
    }
  };
  return (
    <details class="actions" onToggle={read}>
      <summary>{text.showActions}</summary>
      {failure !== null && <p role="alert">{failure}</p>}
      {permissions === null && <p>{text.notKnown}</p>}
      {(permissions ?? []).map((one, index) => (
        <dl key={index}>
          {(['actions', 'notActions', 'dataActions', 'notDataActions'] as const)
            .filter((list) => list === 'actions' || one[list].length > 0)
            .map((list) => (
              <div key={list}>
                <dt>{text[list]}</dt>
                <dd>
                  {one[list].length === 0 ? text.noActions : ''}
                  {one[list].map((action) => (
                    <code key={action}>
                      <Name>{action}</Name>
                    </code>
                  ))}
                </dd>
              </div>
            ))}
        </dl>
      ))}
    </details>
  );
}
