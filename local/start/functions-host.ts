import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join, relative } from 'node:path';
import * as v from 'valibot';
import { InventoryError } from '../../lib/errors.ts';
import { routes } from '../../lib/http/routes.ts';
import { listenOnLoopback } from '../listen.ts';
import { isSystemError } from '../system-error.ts';
import type { Processes } from './processes.ts';

/** A host that serves the app. */
export interface FunctionsHost {
  readonly url: string;
  /** Its name in messages. */
  readonly kind: string;
  /** null where no keys are required. */
  readonly keys: FunctionKeys | null;
}

export interface FunctionKeys {
  /** Opens every function, and the administration of the host. */
  readonly master: string;
  /** Opens every function that only reads. */
  readonly page: string;
  /** By the name of the function that each opens. */
  readonly functions: Readonly<Record<string, string>>;
}

export interface HostOptions {
  readonly port: number;
  readonly keys: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const root = join(import.meta.dirname, '../..');
const bundle = join(root, 'dist/functions.cjs');

const readyLine = v.object({
  url: v.string(),
  functions: v.array(v.unknown()),
  keys: v.nullable(
    v.object({
      master: v.string(),
      functions: v.record(v.string(), v.string()),
      named: v.object({ page: v.object({ key: v.string() }) }),
    }),
  ),
});

/** As docs/security.md makes it in Azure. */
const pageKey = `page=${readingFunctions().join(',')}`;

function readingFunctions(): string[] {
  return routes.filter(({ role, anonymous }) => role === undefined && anonymous !== true).map(({ id }) => id);
}

/**
 * Starts the built-in host with the built bundle. Warnings and errors of the app go to stderr.
 * @throws {InventoryError} `StartFailed`
 */
export async function startBuiltInHost(processes: Processes, options: HostOptions): Promise<FunctionsHost> {
  const main = join(import.meta.dirname, '../host/main.ts');
  const withKeys = options.keys ? ['--keys', '--named-key', pageKey] : [];
  const { url, functions, keys } = await processes.start({
    name: 'The Functions host',
    command: process.execPath,
    args: [main, '--bundle', bundle, '--port', `${options.port}`, ...withKeys],
    environment: options.environment,
    ready: (line) => v.parse(readyLine, JSON.parse(line)),
    onLine(line, stream) {
      const shown = stream === 'stderr' && !/^\S+ (?:trace|debug|information) /.test(line);
      if (shown) process.stderr.write(`host: ${line}\n`);
    },
  });
  return {
    url,
    kind: `built in, ${functions.length} functions`,
    keys: keys === null ? null : { ...keys, page: keys.named.page.key },
  };
}

/**
 * Starts Azure Functions Core Tools on the project. Everything that they print goes to stderr.
 * @param func path of the program
 * @throws {InventoryError} `StartFailed`
 * @see https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-start
 */
export async function startCoreTools(processes: Processes, func: string, options: HostOptions): Promise<FunctionsHost> {
  const port = options.port === 0 ? await tryPort(0) : options.port;
  await processes.start({
    name: 'Core Tools',
    command: func,
    args: ['start', '--port', `${port}`, '--script-root', root],
    environment: { ...options.environment, FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT: '1' },
    ready(line) {
      process.stderr.write(`func: ${line}\n`);
      // Printed once the worker has registered the app's functions.
      return /^Functions:/.test(line.trim()) ? true : undefined;
    },
    onLine: (line) => process.stderr.write(`func: ${line}\n`),
  });
  return { url: `http://127.0.0.1:${port}`, kind: 'Core Tools', keys: null };
}

/**
 * Finds `func` on the PATH.
 * @throws {InventoryError} `CoreToolsMissing`
 */
export async function findCoreTools(environment: NodeJS.ProcessEnv): Promise<string> {
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd'] : ['func'];
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (await isAccessible(path, constants.X_OK)) return path;
    }
  }
  throw new InventoryError('CoreToolsMissing', "Azure Functions Core Tools ('func') are not on the PATH", {
    hint: 'Omit --func to use the built-in host, or run: npm install --global azure-functions-core-tools@4',
  });
}

/** @throws {InventoryError} `BundleMissing` */
export async function requireBundle(): Promise<void> {
  if (await isAccessible(bundle, constants.R_OK)) return;
  const message = `The app is not built: ${relative(process.cwd(), bundle)} does not exist`;
  throw new InventoryError('BundleMissing', message, { hint: 'Run: npm run build' });
}

/**
 * Fails early when the port cannot be used.
 * @throws {InventoryError} `PortInUse`, `PortNotAllowed`
 */
export async function requirePort(port: number): Promise<void> {
  try {
    await tryPort(port);
  } catch (error) {
    const hint = 'Use any free port: npm start -- --port 0';
    if (isSystemError(error, 'EADDRINUSE'))
      throw new InventoryError('PortInUse', `Port ${port} is already in use`, { hint });
    if (isSystemError(error, 'EACCES'))
      throw new InventoryError('PortNotAllowed', `This user may not listen on port ${port}`, { hint });
    throw error;
  }
}

/** Opens a port of 127.0.0.1 and closes it again. @param port 0 = any free port @returns the port */
async function tryPort(port: number): Promise<number> {
  await using server = createServer();
  return await listenOnLoopback(server, port);
}

async function isAccessible(path: string, mode: number): Promise<boolean> {
  return await access(path, mode).then(
    () => true,
    () => false,
  );
}
