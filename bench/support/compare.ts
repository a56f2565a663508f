import * as v from 'valibot';
import { type Figure, quartilesOf } from './figure.ts';

/** What a ratio was when it was last written down, and how far it may be off by chance, as a share of it. */
const ratioSchema = v.object({ value: v.number(), margin: v.number() });
/** By the name of the figure. */
export const ratiosSchema = v.record(v.string(), ratioSchema);
export type Ratios = v.InferOutput<typeof ratiosSchema>;

export interface ComparedRatio {
  readonly name: string;
  readonly committed: Ratios[string] | null;
  /** The median; null = not measured. */
  readonly measured: number | null;
  /** By which share it is more than the committed one; null where one of them is missing. */
  readonly change: number | null;
  readonly verdict: 'loss' | 'gain' | 'as before' | 'new' | 'not measured';
}

/** The least margin: a few medians in a row may happen to agree. */
const leastMargin = 0.05;

/**
 * Figures against the committed ratios, in the order of the figures. Those that were not measured follow.
 * @throws {Error} a figure has no finite value, so the bench is broken
 */
export function compareRatios(figures: readonly Figure[], committed: Ratios): ComparedRatio[] {
  const measured = new Set(figures.map(({ name }) => name));
  const missing = Object.entries(committed).filter(([name]) => !measured.has(name));
  return [
    ...figures.map((figure) => compare(figure, committed[figure.name] ?? null)),
    ...missing.map(([name, ratio]): ComparedRatio => {
      return { name, committed: ratio, measured: null, change: null, verdict: 'not measured' };
    }),
  ];
}

function compare(figure: Figure, committed: Ratios[string] | null): ComparedRatio {
  const { name, goal } = figure;
  const measured = medianOf(figure);
  if (committed === null) return { name, committed, measured, change: null, verdict: 'new' };
  const change = measured / committed.value - 1;
  const worse = goal.at === 'most' ? change : -change;
  const verdict = worse > committed.margin ? 'loss' : worse < -committed.margin ? 'gain' : 'as before';
  return { name, committed, measured, change, verdict };
}

/**
 * Ratios to commit, from several measurements of the same figures: the median of the medians. The margin is twice the
 * distance between the least and the greatest median.
 */
export function ratiosOf(measurements: readonly (readonly Figure[])[]): Ratios {
  const [first = []] = measurements;
  return Object.fromEntries(
    first.map(({ name }) => {
      const medians = measurements.flatMap((figures) => figures.filter((one) => one.name === name).map(medianOf));
      const value = quartilesOf(medians).median;
      const margin = Math.max(leastMargin, (2 * (Math.max(...medians) - Math.min(...medians))) / value);
      return [name, { value: round(value), margin: round(margin) }];
    }),
  );
}

/** As a table in Markdown. */
export function comparisonTable(rows: readonly ComparedRatio[]): string {
  const lines = rows.map(({ name, committed, measured, change, verdict }) => {
    const cells = [
      name,
      committed === null ? '–' : committed.value.toFixed(2),
      measured === null ? '–' : measured.toFixed(2),
      change === null ? '–' : `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`,
      committed === null ? '–' : `± ${percent(committed.margin)}`,
      verdict === 'loss' ? '**loss**' : verdict,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| ratio | committed | now | change | margin | |', '| --- | --- | --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}

function medianOf({ name, values }: Figure): number {
  const { median } = quartilesOf(values);
  if (!Number.isFinite(median)) throw new Error(`${name} was measured as ${median}`);
  return median;
}

const round = (value: number): number => Number(value.toPrecision(3));
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
