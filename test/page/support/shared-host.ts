import { inject } from 'vitest';
import type { SharedHost, SharedHostName } from './shared-hosts.ts';

/** A host that all tests share. Do not start a run on it. */
export async function sharedHost(name: SharedHostName): Promise<SharedHost> {
  return JSON.parse(await ask(name));
}

/** Everything that a shared host has written so far. */
export function logOf(name: SharedHostName): Promise<string> {
  return ask(`${name}/log`);
}

async function ask(path: string): Promise<string> {
  const response = await fetch(`${inject('sharedHostsUrl')}/${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
