import type { Identity } from '../../api/types.ts';
import { CopyButton, Id } from '../../parts/copy-button.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Name } from '../../parts/name.tsx';
import { Time } from '../../parts/time.tsx';
import { aboutText as text } from '../../text/about.ts';

/** More roles are shown when the user opens them. */
const mostShown = 50;

/** Who the app is to Azure: its ids, what it lacks, and what it may do. */
export function AppIdentity({ of }: { readonly of: Identity }) {
  return (
    <>
      <p>{text.identityMeans}</p>
      <dl class="facts">
        <Fact label={text.principalId}>
          <IdOrNull>{of.principalId}</IdOrNull>
        </Fact>
        <Fact label={text.clientId}>
          <IdOrNull>{of.clientId}</IdOrNull>
        </Fact>
        <Fact label={text.tenantId}>
          <IdOrNull>{of.tenantId}</IdOrNull>
        </Fact>
        <Fact label={text.identityId} wide={of.identityId !== null}>
          {of.identityId === null ? text.systemAssigned : <Id>{of.identityId}</Id>}
        </Fact>
        <Fact label={text.cloud}>{of.cloud}</Fact>
        <Fact label={text.source}>
          {of.source} {of.endpoint !== null && <code class="faint">{of.endpoint}</code>}
        </Fact>
        <Fact label={text.expiresOn}>
          <Time at={of.expiresOn} />
        </Fact>
        <Fact label={text.nodeVersion}>{of.nodeVersion}</Fact>
      </dl>
      <Missing rights={of.missingRights} />
      <details open={(of.roles?.length ?? 0) <= mostShown}>
        <summary>
          <h3>{text.rolesCount(of.roles?.length ?? null)}</h3>
        </summary>
        <Roles of={of.roles} />
      </details>
      {of.otherIdentities.length > 0 && <Others identities={of.otherIdentities} />}
    </>
  );
}

function IdOrNull({ children }: { readonly children: string | null }) {
  return children === null ? <span>{text.notKnown}</span> : <Id>{children}</Id>;
}

/** The worst first: what the app lacks comes before what it has. */
function Missing({ rights }: { readonly rights: Identity['missingRights'] }) {
  return (
    <section class="missing-rights">
      <h3>{text.missing}</h3>
      {rights === null && (
        <p>
          <Icon name="incomplete" /> {text.missingNotKnown}
        </p>
      )}
      {rights?.length === 0 && (
        <p>
          <Icon name="complete" /> {text.noneMissing}
        </p>
      )}
      {rights !== null && rights.length > 0 && (
        <>
          <p>
            <Icon name="incomplete" /> {text.missingCount(rights.length)}
          </p>
          {rights.length > 1 && (
            <p>
              {text.copyAll(rights.length)}{' '}
              <CopyButton
                text={rights.map(({ grantCommand }) => grantCommand).join('\n')}
                label={text.copyAll(rights.length)}
              />
            </p>
          )}
          <ul class="plain">
            {rights.map(({ role, scope, grantCommand }) => (
              <li key={`${role} ${scope}`}>
                <p>
                  <strong>{role}</strong> {text.at} <Name>{scope}</Name>
                </p>
                <Command label={`${text.copyCommand}: ${role} ${text.at} ${scope}`}>{grantCommand}</Command>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Command({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    <div class="command">
      <pre>{children}</pre>
      <CopyButton text={children} label={label} />
    </div>
  );
}

function Roles({ of }: { readonly of: Identity['roles'] }) {
  if (of === null) return <p>{text.rolesNotKnown}</p>;
  if (of.length === 0) return <p>{text.noRoles}</p>;
  return (
    <table class="role-table">
      <thead>
        <tr>
          <th scope="col">{text.role}</th>
          <th scope="col">{text.scope}</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ roleDefinitionName, scope }) => (
          <tr key={`${roleDefinitionName} ${scope}`}>
            <td>
              <Name>{roleDefinitionName}</Name>
            </td>
            <td>
              <code>{scope}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Others({ identities }: { readonly identities: Identity['otherIdentities'] }) {
  return (
    <section>
      <h3>{text.others}</h3>
      <p>{text.othersMean}</p>
      {identities.map(({ principalId, identityId, roles }) => (
        <section key={principalId} class="notice">
          <p>
            {text.principalId} <Id>{principalId}</Id>
          </p>
          {identityId !== null && (
            <p>
              <Name>{identityId}</Name>
            </p>
          )}
          {roles === null && <p>{text.rolesNotKnown}</p>}
          {roles?.length === 0 && <p>{text.noRoles}</p>}
          <ul class="plain">
            {(roles ?? []).map(({ roleDefinitionName, scope, removeCommand }) => (
              <li key={`${roleDefinitionName} ${scope}`}>
                <p>
                  <strong>
                    <Name>{roleDefinitionName}</Name>
                  </strong>{' '}
                  {text.at} <Name>{scope}</Name> {removeCommand === null && <span class="faint">{text.needed}</span>}
                </p>
                {removeCommand !== null && (
                  <Command label={`${text.copyCommand}: ${roleDefinitionName} ${text.at} ${scope}`}>
                    {removeCommand}
                  </Command>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}
