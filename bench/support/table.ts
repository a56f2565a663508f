import { type Figure, isMet, quartilesOf } from './figure.ts';

/** Figures as an aligned table, the goal beside each. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { first, median, third } = quartilesOf(figure.values);
    const { at, value } = figure.goal;
    const unit = figure.unit === undefined ? '' : ` ${figure.unit}`;
    return [
      figure.name,
      `${number(median)}${unit}`,
      `${number(first)} – ${number(third)}`,
      String(figure.values.length),
      `${at === 'most' ? '<=' : '>='} ${value}${unit}`,
      isMet(figure) ? 'yes' : 'NO',
    ];
  });
  const all = [['figure', 'median', 'quartiles', 'rounds', 'goal', 'met'], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
