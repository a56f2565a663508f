/** One line of the table: what was measured once in each round, and what it must be. */
export interface Figure {
  readonly name: string;
  readonly goal: { readonly at: 'most' | 'least'; readonly value: number };
  /** One per round. */
  readonly values: readonly number[];
  /** What it is measured in, where it is no ratio. */
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

export function isMet({ goal, values }: Figure): boolean {
  const { median } = quartilesOf(values);
  return goal.at === 'most' ? median <= goal.value : median >= goal.value;
}
