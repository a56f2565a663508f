/** One line of the table: a measurement per round, and its goal. */
export interface Figure {
  readonly name: string;
  readonly goal: { readonly at: 'most' | 'least'; readonly value: number };
  /** One per round. */
  readonly values: readonly number[];
  /** Omitted for a ratio. */
  readonly unit?: string;
}

export interface Quartiles {
  readonly first: number;
  readonly median: number;
  readonly third: number;
}

/** Quartiles by linear interpolation; NaN for no values. */
export function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = (sorted.length - 1) * share;
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    const above = sorted[Math.ceil(place)] ?? Number.NaN;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { first: at(0.25), median: at(0.5), third: at(0.75) };
}

/** Figures as an aligned table, each with its goal. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, goal: { at, value }, values, unit }) => {
    const { first, median, third } = quartilesOf(values);
    const end = unit === undefined ? '' : ` ${unit}`;
    const isMet = at === 'most' ? median <= value : median >= value;
    return [
      name,
      `${number(median)}${end}`,
      `${number(first)} – ${number(third)}`,
      String(values.length),
      `${at === 'most' ? '<=' : '>='} ${value}${end}`,
      isMet ? 'yes' : 'NO',
    ];
  });
  const all = [['figure', 'median', 'quartiles', 'rounds', 'goal', 'met'], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
