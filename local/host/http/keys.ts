import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A key that several functions have, under one name and with one value. */
export interface NamedKey {
  readonly key: string;
  /** Names of the functions that it opens. */
  readonly functions: readonly string[];
}

/**
 * The keys that Azure creates for a new app: one for everything, one for all functions, one per function. And those that
 * its owner adds to functions.
 */
export interface HostKeys {
  readonly master: string;
  readonly host: string;
  readonly functions: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, NamedKey>>;
}

export type AuthLevel = 'anonymous' | 'function' | 'admin';

/** @param named names of functions, by the name of the key that they share */
export function createKeys(
  functionNames: readonly string[],
  named: Readonly<Record<string, readonly string[]>>,
): HostKeys {
  const key = () => randomBytes(40).toString('base64url');
  return {
    master: key(),
    host: key(),
    functions: Object.fromEntries(functionNames.map((name) => [name, key()])),
    named: Object.fromEntries(Object.entries(named).map(([name, functions]) => [name, { key: key(), functions }])),
  };
}

/**
 * Whether a request may call a function of that level. The header takes precedence over the query, even when it is
 * wrong.
 * @see
 * https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.WebHost/Security/Authentication/Keys/AuthenticationLevelHandler.cs
 */
export function mayCall(
  keys: HostKeys,
  request: IncomingMessage,
  level: AuthLevel,
  functionName: string | null,
): boolean {
  if (level === 'anonymous') return true;
  const key = keyOf(request);
  if (typeof key !== 'string' || key === '') return false;
  if (key === keys.master) return true;
  if (level === 'admin') return false;
  if (key === keys.host) return true;
  if (functionName === null) return false;
  const opens = (named: NamedKey) => key === named.key && named.functions.includes(functionName);
  return key === keys.functions[functionName] || Object.values(keys.named).some(opens);
}

/** Whether a request has any key: without one the host answers 401 on its admin routes, with a wrong one 403. */
export function hasKey(request: IncomingMessage): boolean {
  return (keyOf(request) ?? '') !== '';
}

function keyOf(request: IncomingMessage): string | string[] | undefined {
  return request.headers['x-functions-key'] ?? keyInQuery(request.url ?? '');
}

/** The first `code` of the query, without regard to case, as in ASP.NET Core. */
function keyInQuery(target: string): string | undefined {
  const start = target.indexOf('?');
  if (start === -1) return undefined;
  for (const [name, value] of new URLSearchParams(target.slice(start + 1))) {
    if (name.toLowerCase() === 'code') return value;
  }
  return undefined;
}
