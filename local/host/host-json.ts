import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isSystemError } from '../system-error.ts';

/** The parts of host.json that this host supports. */
export interface HostJson {
  /** The app's directory: the folder of host.json, else the folder of the bundle. */
  readonly appDirectory: string;
  /** Without leading and trailing slashes; empty = none. */
  readonly routePrefix: string;
  /** `logging.logLevel`, unchanged. */
  readonly logLevels: object;
  /** `extensions`, unchanged. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * Reads host.json from the folder of the bundle or the nearest folder above it. Without one, the host's defaults apply.
 * @throws {SyntaxError} host.json is no JSON
 * @see https://learn.microsoft.com/azure/azure-functions/functions-host-json#http
 */
export async function readHostJson(bundle: string): Promise<HostJson> {
  const bundleDirectory = dirname(resolve(bundle));
  for (let directory = bundleDirectory; ; directory = dirname(directory)) {
    const text = await readIfThere(join(directory, 'host.json'));
    if (text !== null) {
      const hostJson: unknown = JSON.parse(text);
      const extensions = member(hostJson, 'extensions');
      const prefix = member(member(extensions, 'http'), 'routePrefix');
      return {
        appDirectory: directory,
        routePrefix: typeof prefix === 'string' ? prefix.replaceAll(/^\/+|\/+$/g, '') : 'api',
        logLevels: objectOrEmpty(member(member(hostJson, 'logging'), 'logLevel')),
        extensions: { ...objectOrEmpty(extensions) },
      };
    }
    if (directory === dirname(directory)) {
      return { appDirectory: bundleDirectory, routePrefix: 'api', logLevels: {}, extensions: {} };
    }
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}

function objectOrEmpty(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
