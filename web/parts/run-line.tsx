import { scaleLinear, scaleTime } from 'd3-scale';
import type { Summary } from '../api/types.ts';
import { toHash } from '../state/hash.ts';
import { overviewText as text } from '../text/overview.ts';
import { formatTime, Time } from './time.tsx';

type Run = Summary['runs'][number];
const width = 720;
const height = 120;
const edge = { start: 44, end: 8, top: 8, bottom: 20 };

/** Machines over time. Runs that were not complete are hollow. Each mark shows its run; a table has the same numbers. */
export function RunLine({ runs }: { readonly runs: readonly Run[] }) {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) return null;
  const start = Date.parse(first.finishedAt);
  // A single run needs a span of time, too.
  const end = Math.max(Date.parse(last.finishedAt), start + 60_000);
  const x = scaleTime([start, end], [edge.start, width - edge.end]);
  const most = Math.max(...runs.map((run) => run.virtualMachineCount), 1);
  const y = scaleLinear([0, most], [height - edge.bottom, edge.top]).nice(3);
  // A step at each run: between two runs, nothing is known.
  const path = runs
    .map((run) => [x(Date.parse(run.finishedAt)), y(run.virtualMachineCount)])
    .map(([at, value], index) => (index === 0 ? `M${at},${value}` : `H${at}V${value}`))
    .join('');
  const numbers = [first, last].map((run) => run.virtualMachineCount.toLocaleString());
  return (
    <>
      <div class="picture-scroll">
        {/* biome-ignore lint/a11y/useSemanticElements: an SVG holds no fieldset */}
        <svg
          class="run-line"
          viewBox={`0 0 ${width} ${height}`}
          role="group"
          aria-label={text.lineLabel(runs.length, numbers[0] ?? '', numbers[1] ?? '')}
        >
          {y.ticks(3).map((tick) => (
            <g key={tick} class="axis">
              <line x1={edge.start} x2={width - edge.end} y1={y(tick)} y2={y(tick)} />
              <text x={edge.start - 6} y={y(tick)} dy="0.35em" text-anchor="end">
                {tick.toLocaleString()}
              </text>
            </g>
          ))}
          <text class="axis-end" x={edge.start} y={height - 4}>
            {formatTime(first.finishedAt)}
          </text>
          {runs.length > 1 && (
            <text class="axis-end" x={width - edge.end} y={height - 4} text-anchor="end">
              {formatTime(last.finishedAt)}
            </text>
          )}
          <path d={path} class="run-line-path" />
          {runs.map((run) => (
            <a key={run.runId} href={toHash('', '', { asOf: run.runId })} aria-label={describe(run)}>
              <circle
                cx={x(Date.parse(run.finishedAt))}
                cy={y(run.virtualMachineCount)}
                r={4}
                class={run.complete ? 'mark complete' : 'mark incomplete'}
              >
                <title>{describe(run)}</title>
              </circle>
            </a>
          ))}
        </svg>
      </div>
      <details>
        <summary>{text.lineTable}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{text.run}</th>
              <th scope="col">{text.machines}</th>
              <th scope="col">{text.principals}</th>
              <th scope="col">{text.complete}</th>
            </tr>
          </thead>
          <tbody>
            {runs.toReversed().map((run) => (
              <tr key={run.runId}>
                <td>
                  <a href={toHash('', '', { asOf: run.runId })}>
                    <Time at={run.finishedAt} />
                  </a>
                </td>
                <td>{run.virtualMachineCount.toLocaleString()}</td>
                <td>{run.principalCount.toLocaleString()}</td>
                <td>{run.complete ? text.complete : text.incomplete}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

function describe({ finishedAt, virtualMachineCount, complete }: Run): string {
  const machines = `${virtualMachineCount.toLocaleString()} ${text.machines.toLowerCase()}`;
  return `${formatTime(finishedAt)}: ${machines}, ${(complete ? text.complete : text.incomplete).toLowerCase()}`;
}
