import { useRef, useState } from 'preact/hooks';
import { visible } from '../../parts/name.tsx';
import { coverageText as text } from '../../text/coverage.ts';
import type { Place, PlaceStatus } from './places.ts';

const columns = 40;
const cell = 16;

/** One cell for each subscription, told apart by colour and by shape. Arrow keys move, Enter goes to its row. */
export function Grid({ places }: { readonly places: readonly Place[] }) {
  const [current, setCurrent] = useState(0);
  const grid = useRef<SVGSVGElement>(null);
  const width = Math.min(columns, places.length);
  const rows = Math.ceil(places.length / columns);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(places.length - 1, to));
    setCurrent(next);
    grid.current?.querySelectorAll<SVGElement>('[data-cell]')[next]?.focus();
  };
  const keyDown = (event: KeyboardEvent) => {
    const isRightToLeft = getComputedStyle(document.documentElement).direction === 'rtl';
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: isRightToLeft ? -1 : 1,
      ArrowLeft: isRightToLeft ? 1 : -1,
      ArrowDown: columns,
      ArrowUp: -columns,
    };
    const step = steps[event.key];
    if (step !== undefined) move(current + step);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(places.length - 1);
    else if (event.key === 'Enter') openRow(places[current]);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG holds no fieldset
    <svg
      ref={grid}
      class="coverage-grid"
      role="group"
      aria-label={text.gridLabel(places.length)}
      viewBox={`0 0 ${width * cell} ${rows * cell}`}
      style={{ inlineSize: `${width * cell}px` }}
      onKeyDown={keyDown}
    >
      {places.map((place, index) => (
        <Cell
          key={`${place.status} ${place.subscriptionId}`}
          place={place}
          index={index}
          isCurrent={index === current}
          open={() => {
            setCurrent(index);
            openRow(place);
          }}
        />
      ))}
    </svg>
  );
}

interface CellProps {
  readonly place: Place;
  readonly index: number;
  readonly isCurrent: boolean;
  readonly open: () => void;
}

function Cell({ place, index, isCurrent, open }: CellProps) {
  const x = (index % columns) * cell;
  const y = Math.floor(index / columns) * cell;
  const label = `${visible(place.displayName)}: ${text.statuses[place.status]}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG holds no button
    <g
      data-cell
      role="button"
      // In an SVG, the names of attributes keep their letter case.
      tabindex={isCurrent ? 0 : -1}
      aria-label={label}
      class={`cell ${place.status}`}
      transform={`translate(${x} ${y})`}
      onClick={open}
    >
      <title>{label}</title>
      <rect class="cell-box" x={1} y={1} width={14} height={14} rx={2} />
      <Shape status={place.status} />
    </g>
  );
}

/** Full, half, cross, ring, dash: the statuses differ without colour, too. */
function Shape({ status }: { readonly status: PlaceStatus }) {
  switch (status) {
    case 'complete':
      return <rect class="cell-shape" x={4} y={4} width={8} height={8} />;
    case 'partial':
      return <path class="cell-shape" d="M4 12V4h8z" />;
    case 'denied':
      return <path class="cell-line" d="m4.5 4.5 7 7m0-7-7 7" />;
    case 'failed':
      return <path class="cell-line" d="M8 4v5m0 2.5v.5" />;
    case 'blindSpot':
      return <circle class="cell-line" cx={8} cy={8} r={3.5} />;
    case 'skipped':
      return <path class="cell-line" d="M4 8h8" />;
  }
}

/** Moves the focus to the row of the table, which says everything. */
function openRow(place: Place | undefined): void {
  const row = document.getElementById(`place-${place?.subscriptionId}`);
  row?.scrollIntoView({ block: 'center' });
  row?.querySelector<HTMLElement>('summary, button')?.focus();
}
