import type { Change } from '../../api/types.ts';
import { linkTo } from '../../state/address.ts';
import { changeLine } from '../../text/change-line.ts';
import { historyText as text } from '../../text/history.ts';
import { lastSegment, Name } from '../name.tsx';
import { formatTime, Time } from '../time.tsx';

/** Changes of one thing in words, the newest first. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <div class="table-scroll">
      <table class="changes" aria-label={text.changes}>
        <thead>
          <tr>
            <th scope="col">{text.when}</th>
            <th scope="col">{text.what}</th>
            <th scope="col">{text.who}</th>
          </tr>
        </thead>
        <tbody>
          {changes.toReversed().map((change) => (
            <tr key={`${change.kind} ${change.at} ${change.resourceId} ${change.principalId}`}>
              <td data-title={text.when}>
                {change.notBefore === null ? (
                  <Time at={change.at} />
                ) : (
                  text.between(formatTime(change.notBefore), formatTime(change.at))
                )}
              </td>
              <td data-title={text.what}>
                <Thing change={change} /> <Name>{changeLine(change)}</Name>
              </td>
              <td data-title={text.who}>
                <Caller by={change.by} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Thing({ change: { resourceId } }: { readonly change: Change }) {
  const name = <Name>{lastSegment(resourceId)}</Name>;
  if (/\/roleAssignments\//i.test(resourceId)) return null;
  const isMachine = /\/(?:virtualMachines|virtualMachineScaleSets|machines)\/[^/]+$/i.test(resourceId);
  return <strong>{isMachine ? <a href={linkTo('machines', resourceId)}>{name}</a> : name}</strong>;
}

function Caller({ by }: { readonly by: Change['by'] }) {
  if (by === null) return <span class="faint">{text.unknownCaller}</span>;
  if (by.candidates !== null) return <>{text.oneOf(by.candidates.length)}</>;
  const caller = <Name>{by.caller ?? text.unknownCaller}</Name>;
  return by.callerType === 'managedIdentity' && by.callerId !== null ? (
    <a href={linkTo('principals', by.callerId)}>{caller}</a>
  ) : (
    caller
  );
}
