import { preferences } from '../state/preferences.ts';

/** A time in the browser's language, and in UTC on hover. */
export function Time({ at, relative = false }: { readonly at: string; readonly relative?: boolean }) {
  return (
    <time datetime={at} title={at} dir="auto">
      {relative ? ago(at) : formatTime(at)}
    </time>
  );
}

// A table has many times, and making a format takes longer than using it.
const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
const formats = {
  local: new Intl.DateTimeFormat(undefined, style),
  utc: new Intl.DateTimeFormat(undefined, { ...style, timeZone: 'UTC' }),
};
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** @param at ISO 8601; a text that is no time stands for itself */
export function formatTime(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : formats[preferences.value.timeZone].format(date);
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `2 hours ago`, in the browser's language. */
function ago(at: string, now = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1000;
  if (Number.isNaN(seconds)) return at;
  const [unit, length] = units.find(([, one]) => Math.abs(seconds) >= one) ?? ['minute', 60];
  return relativeFormat.format(Math.round(seconds / length), unit);
}
