import { useMemo } from 'preact/hooks';
import { CopyButton } from '../../parts/copy-button.tsx';
import { EmptyList } from '../../parts/empty-list.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useMore } from '../../parts/rows/use-more.ts';
import { Verdict } from '../../parts/verdict.tsx';
import { address, go, withQuery } from '../../state/address.ts';
import { shownRun } from '../../state/shown-run.ts';
import { coverageText as text } from '../../text/coverage.ts';
import { frameText } from '../../text/frame/frame.ts';
import { count, stateText } from '../../text/states.ts';
import { Grid } from './grid.tsx';
import { PlaceTable } from './place-table.tsx';
import { type Place, placesOf, statuses } from './places.ts';

/** An SVG with more cells is slow, and no one can find one in it. */
const mostCells = 10_000;

/** How completely each subscription was read, and what opens the others. */
export function CoverageView() {
  const list = useMore('subscriptions', 'subscriptions', { asOf: shownRun.value, maxpagesize: 1000 }, { all: true });
  const { first, rows } = list;
  const places = useMemo(() => placesOf(rows, first?.blindSpots ?? []), [rows.length, first]);
  const chosen = address.value.query.get('status');
  const shown = places.filter(({ status }) => chosen === null || status === chosen);
  const commands = places.flatMap(({ grantCommand }) => (grantCommand === null ? [] : [grantCommand]));
  return (
    <>
      <h1>{frameText.views.coverage}</h1>
      {list.error !== null && <Failure error={list.error} of="subscriptions" again={list.again} />}
      {first === null && list.error === null && <p class="loading">{stateText.loading}</p>}
      {first !== null && (
        <>
          <Verdict of={first} />
          {list.hasMore ? (
            <p aria-busy={list.error === null}>{text.reading(places.length)}</p>
          ) : (
            <p>{text.sentence(rows.length, places.length - rows.length)}</p>
          )}
          <Statuses places={places} chosen={chosen} />
          {commands.length > 0 && (
            <p>
              {text.copyAll(commands.length)}{' '}
              <CopyButton text={commands.join('\n')} label={text.copyAll(commands.length)} />
            </p>
          )}
          {places.length > 0 && places.length <= mostCells && <Grid places={places} />}
          {shown.length > 0 && <PlaceTable places={shown} />}
          {shown.length === 0 && !list.hasMore && <EmptyList of={first} />}
        </>
      )}
    </>
  );
}

/** Each status with its number of subscriptions. A second click takes the filter away. */
function Statuses({ places, chosen }: { readonly places: readonly Place[]; readonly chosen: string | null }) {
  return (
    <ul class="statuses">
      {statuses.map((status) => {
        const number = places.filter((place) => place.status === status).length;
        if (number === 0 && status !== chosen) return null;
        return (
          <li key={status}>
            <button
              type="button"
              aria-pressed={status === chosen}
              onClick={() => go(withQuery({ status: status === chosen ? null : status }))}
            >
              {status === 'blindSpot'
                ? stateText.blindSpots(number)
                : `${count(number, text.noun)} ${text.statuses[status]}`}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
