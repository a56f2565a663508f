import type { Change } from '../../api/types.ts';
import { Difference } from '../../parts/difference.tsx';
import { lastSegment, Name } from '../../parts/name.tsx';
import { Time } from '../../parts/time.tsx';
import { linkTo } from '../../state/address.ts';
import { changeKindNames } from '../../text/change-kinds.ts';
import { changesText as text } from '../../text/changes.ts';

/** One change in words: what happened to what, when, and who did it. It opens to the difference, field by field. */
export function ChangeLine({ change }: { readonly change: Change }) {
  const { kind, resourceId, principalId, at, notBefore, before, after } = change;
  return (
    <details class="change">
      <summary>
        <Name>{nameOf(change)}</Name> <strong>{changeKindNames[kind]}</strong>,{' '}
        {notBefore === null ? (
          <>
            {text.before} <Time at={at} />
          </>
        ) : (
          <>
            {text.between} <Time at={notBefore} /> {text.and} <Time at={at} />
          </>
        )}
        <Author change={change} />
      </summary>
      <p class="faint">
        <Subject resourceId={resourceId} />
      </p>
      {principalId !== null && (
        <p>
          {text.principal}{' '}
          <a href={linkTo('principals', principalId)} class="mono" data-row-link>
            {principalId}
          </a>
        </p>
      )}
      <AuthorDetails change={change} />
      <Difference before={before} after={after} />
    </details>
  );
}

/** Role assignments have a GUID for a name: the role and its scope say more. */
function nameOf({ resourceId, before, after }: Change): string {
  const fields = after ?? before;
  if (!/\/roleAssignments\/[^/]+$/i.test(resourceId) || typeof fields?.scope !== 'string')
    return lastSegment(resourceId);
  return text.roleAt(String(fields.roleDefinitionName ?? fields.roleDefinitionId), fields.scope);
}

/** The whole id. It is no link in the summary, which is a button itself. */
function Subject({ resourceId }: { readonly resourceId: string }) {
  const id = <Name>{resourceId}</Name>;
  if (!/\/(?:virtualMachines|virtualMachineScaleSets|machines)\/[^/]+$/i.test(resourceId)) return id;
  return (
    <a href={linkTo('machines', resourceId)} data-row-link>
      {id}
    </a>
  );
}

function Author({ change: { by, byStatus } }: { readonly change: Change }) {
  if (by === null) return byStatus === 'notFound' ? <span class="faint"> · {text.byStatuses.notFound}</span> : null;
  return (
    <>
      {' '}
      · {text.by} <Name>{callerOf(by)}</Name>
    </>
  );
}

function callerOf({ caller, callerId, callerType }: NonNullable<Change['by']>): string {
  return caller ?? callerId ?? text.callerTypes[callerType];
}

function AuthorDetails({ change: { by, byStatus } }: { readonly change: Change }) {
  if (by === null) return <p class="faint">{text.byStatuses[byStatus]}</p>;
  const caller = <Name>{callerOf(by)}</Name>;
  return (
    <p>
      {text.by}{' '}
      {by.callerId !== null && by.callerType === 'managedIdentity' ? (
        <a href={linkTo('principals', by.callerId)}>{caller}</a>
      ) : (
        caller
      )}{' '}
      ({text.callerTypes[by.callerType]}), <Time at={by.at} />: <Name>{by.operation}</Name>
      {by.clientIpAddress !== null && (
        <>
          , {text.from_} <Name>{by.clientIpAddress}</Name>
        </>
      )}
      {by.candidates !== null && (
        <>
          . {text.candidates} <Name>{by.candidates.map((one) => one ?? text.callerTypes.platform).join(', ')}</Name>
        </>
      )}
    </p>
  );
}
