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
        <Subject resourceId={resourceId} /> <strong>{changeKindNames[kind]}</strong>,{' '}
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
        <Name>{resourceId}</Name>
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

function Subject({ resourceId }: { readonly resourceId: string }) {
  if (/\/Microsoft\.Compute\/virtualMachines\/[^/]+$/i.test(resourceId)) {
    return (
      <a href={linkTo('machines', resourceId)} data-row-link>
        <Name>{lastSegment(resourceId)}</Name>
      </a>
    );
  }
  return <Name>{lastSegment(resourceId)}</Name>;
}

function Author({ change: { by, byStatus } }: { readonly change: Change }) {
  if (by === null) return byStatus === 'notFound' ? <span class="faint"> · {text.byStatuses.notFound}</span> : null;
  return (
    <>
      {' '}
      · {text.by}{' '}
      {by.callerId !== null && by.callerType === 'managedIdentity' ? (
        <a href={linkTo('principals', by.callerId)}>
          <Name>{by.caller ?? by.callerId}</Name>
        </a>
      ) : (
        <Name>{by.caller ?? by.callerId ?? text.callerTypes[by.callerType]}</Name>
      )}
    </>
  );
}

function AuthorDetails({ change: { by, byStatus } }: { readonly change: Change }) {
  if (by === null) return <p class="faint">{text.byStatuses[byStatus]}</p>;
  return (
    <p>
      {text.by} <Name>{by.caller ?? by.callerId ?? text.callerTypes[by.callerType]}</Name> (
      {text.callerTypes[by.callerType]}
      ), <Time at={by.at} />: <Name>{by.operation}</Name>
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
