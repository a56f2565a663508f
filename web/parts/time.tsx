import { preferences } from '../state/preferences.ts';

/** A time in the browser's language, and in UTC on hover. */
export function Time({ at, relative = false }: { readonly at: string; readonly relative?: boolean }) {
  return (
    <time datetime={at} title={at}>
      {relative ? ago(at) : formatTime(at)}
    </time>
  );
}

/** @param at ISO 8601 */
export function formatTime(at: string): string {
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...(preferences.value.timeZone === 'utc' ? { timeZone: 'UTC' } : {}),
  }).format(new Date(at));
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `2 hours ago`, in the browser's language. */
function ago(at: string, now = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const [unit, length] = units.find(([, one]) => Math.abs(seconds) >= one) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(Math.round(seconds / length), unit);
}
