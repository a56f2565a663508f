import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** What this host obeys of host.json. */
export interface HostJson {
  /** The folder that has host.json, else the bundle's: the app's directory. */
  readonly appDirectory: string;
  /** Without slashes at its ends; empty for none. */
  readonly routePrefix: string;
  /** `extensions`, as it stands. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * Reads the host.json next to the bundle or in the nearest folder above it; without one the host's defaults hold.
 * @throws {SyntaxError} host.json is no JSON
 * @see https://learn.microsoft.com/azure/azure-functions/functions-host-json#http
 */
export async function readHostJson(bundle: string): Promise<HostJson> {
  const bundleDirectory = dirname(resolve(bundle));
  for (let directory = bundleDirectory; ; directory = dirname(directory)) {
    const text = await readIfThere(join(directory, 'host.json'));
    if (text !== null) {
      const extensions = extensionsOf(JSON.parse(text));
      return { appDirectory: directory, routePrefix: routePrefixOf(extensions), extensions };
    }
    if (directory === dirname(directory)) return { appDirectory: bundleDirectory, routePrefix: 'api', extensions: {} };
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function extensionsOf(hostJson: unknown): Readonly<Record<string, unknown>> {
  const extensions = member(hostJson, 'extensions');
  return typeof extensions === 'object' && extensions !== null ? { ...extensions } : {};
}

function routePrefixOf(extensions: Readonly<Record<string, unknown>>): string {
  const prefix = member(extensions.http, 'routePrefix');
  return typeof prefix === 'string' ? prefix.replaceAll(/^\/+|\/+$/g, '') : 'api';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
