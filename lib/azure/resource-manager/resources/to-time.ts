/** How Azure writes times, nearly always: UTC, up to seven digits of a second. */
const utcTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\d*(?:Z|\+00:00)$/;

/** Any digits of a second and any offset; ours is UTC with milliseconds. The usual form is cut to length, which is much faster. */
export function toTime(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  if (utcTime.test(value)) return `${value.slice(0, 23)}Z`;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
