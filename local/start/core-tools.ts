import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { InventoryError } from '../../lib/errors.ts';
import { freePort } from './free-port.ts';
import type { FunctionsHost, HostOptions } from './functions-host.ts';
import type { Processes } from './processes.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Starts Azure Functions Core Tools on the project, with everything they say on stderr.
 * @param func the program
 * @throws {InventoryError} `StartFailed`
 * @see https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-start
 */
export async function startCoreTools(processes: Processes, func: string, options: HostOptions): Promise<FunctionsHost> {
  const port = options.port === 0 ? await freePort() : options.port;
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
  return { url: `http://127.0.0.1:${port}`, kind: 'Core Tools', masterKey: null };
}

/**
 * Looks for `func` as a shell would.
 * @throws {InventoryError} `CoreToolsMissing`
 */
export async function findCoreTools(environment: NodeJS.ProcessEnv): Promise<string> {
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd'] : ['func'];
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      const there = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (there) return path;
    }
  }
  throw new InventoryError('CoreToolsMissing', "There is no 'func' (Azure Functions Core Tools) on this machine", {
    hint: 'Leave out --func: the built-in host serves. Or: npm install --global azure-functions-core-tools@4',
  });
}
