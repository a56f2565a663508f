interface Headers {
  get(name: string): string | undefined;
}

/**
 * How long a server asks to wait, in milliseconds; null when it does not say, or not in a way that can be read.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(headers: Headers, now: Date = new Date()): number | null {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = number(headers.get(name));
    if (milliseconds !== null) return milliseconds;
  }
  const value = headers.get('retry-after');
  const seconds = number(value);
  if (seconds !== null) return seconds * 1000;
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

function number(value: string | undefined): number | null {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}
