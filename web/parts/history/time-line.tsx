import { linkTo } from '../../state/address.ts';
import { preferences } from '../../state/preferences.ts';
import { historyText as text } from '../../text/parts/history.ts';
import { visible } from '../name.tsx';
import { formatTime } from '../time.tsx';
import {
  type Lane,
  layoutTimeLine,
  type Period,
  type TimedChange,
  type TimedRun,
  type TimeLineLayout,
  timeLineSize,
} from './time-line-layout.ts';

const { width, labels, lane, bar } = timeLineSize;
const lettersOfLabel = 26;
const dayMs = 86_400_000;

interface TimeLineProps {
  readonly periods: readonly Period[];
  readonly changes: readonly TimedChange[];
  readonly runs: readonly TimedRun[];
  readonly asOf: string;
}

/** When which machine had an identity. A table with the same times must follow. */
export function TimeLine({ periods, changes, runs, asOf }: TimeLineProps) {
  if (periods.length === 0) return null;
  const layout = layoutTimeLine(periods, changes, runs, asOf, preferences.value.timeZone === 'utc');
  const label = text.timeLineLabel(layout.lanes.length + layout.left);
  return (
    <figure class="time-line">
      <div class="picture-scroll">
        {/* biome-ignore lint/a11y/useSemanticElements: an SVG holds no fieldset */}
        <svg viewBox={`0 0 ${width} ${layout.height}`} role="group" aria-label={label}>
          <defs>
            <pattern id="unsure" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="2.5" height="6" class="time-bar" />
            </pattern>
          </defs>
          <Axis layout={layout} />
          {layout.lanes.map((one) => (
            <MachineLane key={one.machineId} lane={one} />
          ))}
          {layout.rolesY !== null && (
            <text x={0} y={layout.rolesY} dy="0.35em" class="time-label">
              {text.roles}
            </text>
          )}
          {layout.roles.map((mark) => {
            const y = layout.rolesY ?? 0;
            const shape = mark.given ? `l6 10 h-12 z` : `m0 10 l6 -10 h-12 z`;
            return (
              <path
                key={`${mark.at} ${mark.given}`}
                d={`M${mark.x} ${y - 5} ${shape}`}
                class={mark.given ? 'role-given' : 'role-taken'}
              >
                <title>{`${mark.given ? text.given(mark.count) : text.taken(mark.count)}, ${formatTime(mark.at)}`}</title>
              </path>
            );
          })}
        </svg>
      </div>
      {layout.left > 0 && <p class="hint">{text.left(layout.left)}</p>}
      <TimeLineKey layout={layout} />
    </figure>
  );
}

function MachineLane({ lane: { machineId, name, y, bars } }: { readonly lane: Lane }) {
  const middle = y + lane / 2;
  const letters = [...visible(name)];
  return (
    <g>
      <a href={linkTo('machines', machineId)} class="time-label">
        <title>{visible(name)}</title>
        <text x={0} y={middle} dy="0.35em">
          {letters.length <= lettersOfLabel ? letters.join('') : `${letters.slice(0, lettersOfLabel - 1).join('')}…`}
        </text>
      </a>
      <line x1={labels} x2={width - 8} y1={middle} y2={middle} class="time-lane" />
      {bars.map(({ x, end, earliest, lastKnown, open, period }) => (
        <g key={`${period.attachedFrom} ${period.detachedAt}`}>
          <title>
            {text.period(
              visible(name),
              formatTime(period.attachedFrom),
              period.detachedAt === null ? null : formatTime(period.detachedAt),
            )}
          </title>
          <Part from={earliest} to={x} y={middle} unsure />
          <Part from={x} to={lastKnown} y={middle} />
          <Part from={lastKnown} to={end} y={middle} unsure />
          {open && <path d={`M${end} ${middle - bar / 2} l6 ${bar / 2} l-6 ${bar / 2} z`} class="time-bar" />}
        </g>
      ))}
    </g>
  );
}

function Part(of: { readonly from: number; readonly to: number; readonly y: number; readonly unsure?: boolean }) {
  const length = of.unsure === true ? of.to - of.from : Math.max(2, of.to - of.from);
  if (length <= 0) return null;
  const place = { x: of.from, y: of.y - bar / 2, width: length, height: bar };
  // An attribute, because a style sheet would look for the pattern in its own file.
  return of.unsure === true ? (
    <rect {...place} fill="url(#unsure)" class="time-unsure" />
  ) : (
    <rect {...place} class="time-bar" />
  );
}

function Axis({ layout: { axisY, ticks, runs } }: { readonly layout: TimeLineLayout }) {
  const [first, last] = [ticks[0], ticks.at(-1)];
  const isShort = first !== undefined && last !== undefined && last.at.getTime() - first.at.getTime() < 2 * dayMs;
  const format = new Intl.DateTimeFormat(undefined, {
    ...(isShort ? { hour: 'numeric', minute: '2-digit', second: '2-digit' } : { dateStyle: 'medium' }),
    ...(preferences.value.timeZone === 'utc' ? { timeZone: 'UTC' } : {}),
  });
  return (
    <g class="time-axis">
      <line x1={labels} x2={width - 8} y1={axisY} y2={axisY} />
      {ticks.map(({ x, at }) => (
        <g key={at.getTime()}>
          <line x1={x} x2={x} y1={0} y2={axisY} class="time-tick" />
          <text x={x} y={axisY + 22} text-anchor={x > width - 64 ? 'end' : 'middle'} class="time-tick-label">
            {format.format(at)}
          </text>
        </g>
      ))}
      {runs.map(({ x, run }) => (
        <circle key={run.runId} cx={x} cy={axisY} r={4} class={run.complete ? 'mark complete' : 'mark incomplete'}>
          <title>{text.run(formatTime(run.finishedAt), run.complete)}</title>
        </circle>
      ))}
    </g>
  );
}

function TimeLineKey({ layout }: { readonly layout: TimeLineLayout }) {
  const bars = layout.lanes.flatMap(({ bars }) => bars);
  const parts: readonly (readonly [shown: boolean, text: string, shape: string])[] = [
    [true, text.key.had, 'bar'],
    [bars.some((one) => one.earliest < one.x || one.lastKnown < one.end), text.key.unsure, 'unsure'],
    [layout.runs.some(({ run }) => !run.complete), text.key.hollow, 'hollow'],
    [layout.roles.some(({ given }) => given), text.key.given, 'given'],
    [layout.roles.some(({ given }) => !given), text.key.taken, 'taken'],
  ];
  return (
    <ul class="key">
      {parts
        .filter(([shown]) => shown)
        .map(([, label, shape]) => (
          <li key={shape}>
            <svg viewBox="0 0 16 12" aria-hidden="true" class="key-mark">
              {shape === 'bar' && <rect y="2" width="16" height="8" class="time-bar" />}
              {shape === 'unsure' && <rect y="2" width="16" height="8" fill="url(#unsure)" class="time-unsure" />}
              {shape === 'hollow' && <circle cx="8" cy="6" r="4" class="mark incomplete" />}
              {shape === 'given' && <path d="M8 1 l6 10 h-12 z" class="role-given" />}
              {shape === 'taken' && <path d="M8 11 l6 -10 h-12 z" class="role-taken" />}
            </svg>
            {label}
          </li>
        ))}
    </ul>
  );
}
