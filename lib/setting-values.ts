import { isPlainUrl, shownUrl } from './container-url.ts';
import { InvalidSettingError } from './errors.ts';

/** The text of a setting, trimmed; null = unset. */
export type Text = (name: string) => string | null;

/** The longest value that a message shows. */
const maxShownLength = 200;

/** The error for a value that is not allowed. */
export function invalid(name: string, value: string, allowed: string): InvalidSettingError {
  const shown = value.length > maxShownLength ? `${value.slice(0, maxShownLength)}…` : value;
  return new InvalidSettingError(`${name} is '${shown}'; allowed: ${allowed}`, {
    withoutValues: `${name} is not valid; allowed: ${allowed}`,
  });
}

/** Comma-separated. */
export function list(value: string | null): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** @throws {InvalidSettingError} */
export function integer(name: string, text: Text, fallback: number, least: number, most: number): number {
  const value = text(name);
  if (value === null) return fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw invalid(name, value, `a whole number from ${least} to ${most}`);
  }
  return number;
}

/** Ignores case. @throws {InvalidSettingError} */
export function oneOf<T extends string>(name: string, text: Text, allowed: readonly T[], fallback: T): T {
  const value = text(name);
  if (value === null) return fallback;
  const found = allowed.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw invalid(name, value, allowed.join(', '));
  return found;
}

/** @throws {InvalidSettingError} */
export function httpsOrigin(name: string, text: Text, example: string): string | null {
  const value = text(name);
  if (value === null) return null;
  const url = URL.parse(value);
  if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || !isPlainUrl(value)) {
    throw invalid(name, shownUrl(value), `an https origin such as ${example}`);
  }
  return url.origin;
}
