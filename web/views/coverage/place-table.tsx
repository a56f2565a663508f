import type { Coverage } from '../../api/types.ts';
import { CopyButton, Id } from '../../parts/copy-button.tsx';
import { Name } from '../../parts/name.tsx';
import { Time } from '../../parts/time.tsx';
import { linkTo } from '../../state/address.ts';
import { coverageText as text } from '../../text/coverage.ts';
import { stateText } from '../../text/states.ts';
import type { Place } from './places.ts';

/** Every subscription with its status, why, and what opens it. */
export function PlaceTable({ places }: { readonly places: readonly Place[] }) {
  return (
    <table class="places">
      <thead>
        <tr>
          <th scope="col">{text.subscription}</th>
          <th scope="col">{text.status}</th>
          <th scope="col">{text.why}</th>
          <th scope="col">{text.lastComplete}</th>
          <th scope="col">{text.machines}</th>
        </tr>
      </thead>
      <tbody>
        {places.map((place) => (
          <Row key={`${place.status} ${place.subscriptionId}`} place={place} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  place: { subscriptionId, displayName, status, grantCommand, coverage, blindSpot },
}: {
  readonly place: Place;
}) {
  return (
    <tr id={`place-${subscriptionId}`}>
      <td data-title={text.subscription}>
        <details>
          <summary>
            <Name>{displayName}</Name>
          </summary>
          <Id>{subscriptionId}</Id>
          {coverage !== null && <Kinds coverage={coverage} />}
        </details>
      </td>
      <td data-title={text.status}>
        <span class={`place-status ${status}`}>{text.statuses[status]}</span>
      </td>
      <td data-title={text.why}>
        {blindSpot !== null && (
          <p>
            {text.sources[blindSpot.source]} {text.since} <Time at={blindSpot.since} />
          </p>
        )}
        {coverage?.reason !== null && coverage?.reason !== undefined && (
          <p>
            <Name>{coverage.reason.message}</Name> <span class="faint">({coverage.reason.code})</span>
            {coverage.reason.hint !== null && coverage.reason.hint !== grantCommand && (
              <span class="hint">
                {' '}
                <Name>{coverage.reason.hint}</Name>
              </span>
            )}
          </p>
        )}
        {grantCommand !== null && (
          <div class="command">
            <pre>{grantCommand}</pre>
            <CopyButton text={grantCommand} label={text.copyCommand} />
          </div>
        )}
      </td>
      <td data-title={text.lastComplete}>
        {coverage?.readAt === null || coverage === null ? text.never : <Time at={coverage.readAt} />}
      </td>
      <td data-title={text.machines}>
        {coverage !== null && (
          <a href={linkTo('machines', '', { type: 'any', subscriptionId })} data-row-link>
            {coverage.virtualMachineCount.toLocaleString()}
          </a>
        )}
      </td>
    </tr>
  );
}

function Kinds({ coverage: { kinds } }: { readonly coverage: Coverage }) {
  return (
    <ul class="kinds">
      {Object.entries(kinds).map(([kind, { status, reason, count }]) => (
        <li key={kind}>
          {text.kinds[kind] ?? kind}: {stateText.statuses[status]} ({count.toLocaleString()})
          {reason !== null && (
            <>
              {' – '}
              <Name>{reason.message}</Name>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
