import { useMemo } from 'preact/hooks';
import { Failure } from '../../parts/failure.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Name } from '../../parts/name.tsx';
import { useMore } from '../../parts/rows/use-more.ts';
import { toHash } from '../../state/hash.ts';
import { compareText as text } from '../../text/compare.ts';
import { stateText } from '../../text/states.ts';
import { type PlaceStatus, unknowablePlaces } from './readings.ts';

interface RunIds {
  readonly from: string;
  readonly to: string;
}

/** The subscriptions that the two runs did not both read, and what that hides. */
export function UnknowablePlaces({ from, to }: RunIds) {
  const [before, after] = [useReadings(from), useReadings(to)];
  const error = before.error ?? after.error;
  const isRead = !before.hasMore && !after.hasMore && before.first !== null && after.first !== null;
  const places = useMemo(
    () =>
      isRead
        ? unknowablePlaces(
            { subscriptions: before.rows, blindSpots: before.first?.blindSpots ?? [] },
            { subscriptions: after.rows, blindSpots: after.first?.blindSpots ?? [] },
          )
        : [],
    [isRead, from, to],
  );
  const isUnknown = isRead && (before.first?.blindSpots === null || after.first?.blindSpots === null);
  return (
    <section>
      <h2>{text.places}</h2>
      {error !== null && <Failure error={error} of="subscriptions" again={before.error ? before.again : after.again} />}
      {!isRead && error === null && <p class="loading">{text.reading}</p>}
      {isUnknown && (
        <p>
          <Icon name="incomplete" /> {stateText.blindSpotsUnknown}
        </p>
      )}
      {isRead && !isUnknown && places.length === 0 && <p>{text.placesNone}</p>}
      {places.length > 0 && (
        <>
          <p>{text.placesExplain}</p>
          <table class="compare-table cards">
            <thead>
              <tr>
                <th scope="col">{text.subscription}</th>
                <th scope="col">{text.from}</th>
                <th scope="col">{text.to}</th>
                <th scope="col">{text.meaning}</th>
              </tr>
            </thead>
            <tbody>
              {places.map((place) => (
                <tr key={place.subscriptionId}>
                  <th scope="row">
                    <Name>{place.displayName}</Name>
                  </th>
                  <td data-title={text.from}>
                    <Status run={from}>{place.from}</Status>
                  </td>
                  <td data-title={text.to}>
                    <Status run={to}>{place.to}</Status>
                  </td>
                  <td data-title={text.meaning}>{text.meanings[place.meaning]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

function useReadings(asOf: string) {
  return useMore('subscriptions', 'subscriptions', { asOf, maxpagesize: 1000 }, { all: true });
}

/** A link to the coverage of that run. */
function Status({ run, children }: { readonly run: string; readonly children: PlaceStatus }) {
  const label = <span class={`place-status ${children}`}>{text.placeStatuses[children]}</span>;
  return children === 'absent' ? label : <a href={toHash('coverage', '', { status: children, asOf: run })}>{label}</a>;
}
