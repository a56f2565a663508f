import type { Run } from '../../api/types.ts';

const units = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** How long a run took, in the browser's language: `2 min, 5 sec`. Empty while it runs. */
export function took({ startedAt, finishedAt }: Pick<Run, 'startedAt' | 'finishedAt'>): string {
  if (finishedAt === null) return '';
  let seconds = Math.max(1, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000));
  const parts = units.flatMap(([unit, length]) => {
    const number = Math.floor(seconds / length);
    seconds -= number * length;
    return number === 0 ? [] : [new Intl.NumberFormat(undefined, { style: 'unit', unit }).format(number)];
  });
  return parts.slice(0, 2).join(' ');
}
