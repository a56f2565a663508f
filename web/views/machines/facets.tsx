import { useEffect, useState } from 'preact/hooks';
import type { Query } from '../../api/client.ts';
import { Name } from '../../parts/name.tsx';
import { address, go, withQuery } from '../../state/address.ts';
import { shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { machinesText as text } from '../../text/machines.ts';

const facetNames = [
  'type',
  'subscriptionId',
  'location',
  'identityType',
  'osType',
  'powerState',
  'vmSize',
  'stale',
] as const;
const narrow = '(max-width: 50em)';

/** Values to filter by, with counts. Each facet takes one value; a second click takes it away. */
export function Facets({ filters }: { readonly filters: Query }) {
  // The API counts existing machines only.
  const countsDeleted = filters.deleted !== undefined;
  const { answer, error, loading } = useAnswer(
    'virtual-machines-facets',
    countsDeleted ? null : 'virtualMachines/facets',
    {
      ...filters,
      asOf: shownRun.value,
    },
  );
  const [open, setOpen] = useState(!matchMedia(narrow).matches);
  useEffect(() => {
    const media = matchMedia(narrow);
    const follow = () => setOpen(!media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  const isLate = useLate(loading && answer === null);
  const facets = countsDeleted || error !== null ? null : (answer?.facets ?? null);
  return (
    <details class="facets" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.filters}</summary>
      {(countsDeleted || error !== null || isLate) && <p class="hint">{text.noCounts}</p>}
      <div aria-busy={loading && answer !== null}>
        {facetNames.map((name) => (
          <Facet key={name} name={name} values={facets?.[name] ?? null} />
        ))}
      </div>
    </details>
  );
}

const lateMs = 5000;

/** True when something has been awaited for longer than a reader waits. */
function useLate(waits: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!waits) return;
    const timer = setTimeout(() => setLate(true), lateMs);
    return () => clearTimeout(timer);
  }, [waits]);
  return isLate;
}

interface FacetValue {
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

function Facet({
  name,
  values,
}: {
  readonly name: (typeof facetNames)[number];
  readonly values: readonly FacetValue[] | null;
}) {
  const chosen = address.value.query.get(name);
  const isListed = values?.some(({ value }) => sameValue(value, chosen)) === true;
  const all: readonly (Omit<FacetValue, 'count'> & { readonly count: number | null })[] =
    chosen === null || isListed ? (values ?? []) : [{ value: chosen, label: chosen, count: null }, ...(values ?? [])];
  if (all.length === 0) return null;
  return (
    <details class="facet" open={chosen !== null || all.length <= 8}>
      <summary>{text.facets[name]}</summary>
      <ul>
        {all.map(({ value, label, count }) => {
          const isChosen = sameValue(value, chosen);
          return (
            <li key={value}>
              <button
                type="button"
                class="facet-value"
                aria-pressed={isChosen}
                onClick={() => go(withQuery({ [name]: isChosen ? null : value }))}
              >
                <span class="facet-label">
                  <Name>{label}</Name>
                </span>
                {count !== null && <span class="facet-count">{count.toLocaleString()}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function sameValue(value: string, chosen: string | null): boolean {
  return chosen !== null && value.toLowerCase() === chosen.toLowerCase();
}
