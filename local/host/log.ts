import type { EventEmitter } from 'node:events';
import { format } from 'node:util';
import type { LogCategory, LogLevel } from './core-types.ts';
import type { Hooks } from './hooks.ts';
import type { LogFilter } from './log-levels.ts';

/** Levels that are shown: from `information` up for the app, from `warning` up for its library. */
const shown: Record<LogCategory, readonly LogLevel[]> = {
  user: ['information', 'warning', 'error', 'critical'],
  system: ['warning', 'error', 'critical'],
  customMetric: [],
};

/** Which lines of the app are shown. Set once, when host.json has been read. */
let isLogged: LogFilter = () => true;

export function setLogFilter(filter: LogFilter): void {
  isLogged = filter;
}

/** Writes one line to stderr: time, level, source, text. Line ends in the text become `\n`. */
export function writeLog(level: LogLevel, source: string, message: string): void {
  const text = message.replaceAll(/\r?\n/g, '\\n');
  process.stderr.write(`${new Date().toISOString()} ${level} [${source}] ${text}\n`);
}

/**
 * Gives the lines that the app writes with `console.error` and `console.warn` the level that Azure's host takes from
 * their words.
 * @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Workers/ProcessManagement/WorkerProcess.cs
 */
export function logConsole(): void {
  const write = (...values: unknown[]): void => {
    for (const line of format(...values).split('\n')) {
      const level = levelOf(line);
      if (isLogged('Host.Function.Console', level)) writeLog(level, 'Host.Function.Console', line);
    }
  };
  console.error = write;
  console.warn = write;
}

function levelOf(line: string): LogLevel {
  if (/warn/i.test(line)) return 'warning';
  return /error|fail|severe|unhandled exception/i.test(line) ? 'error' : 'information';
}

/** Passes a line through the app's log hooks, which may change it, then writes it. */
export function logThroughHooks(
  hooks: Hooks,
  entry: {
    readonly level: LogLevel;
    readonly category: LogCategory;
    readonly source: string;
    readonly message: string;
    readonly invocationContext: unknown;
  },
): void {
  const { source, ...line } = entry;
  const context = { ...line, hookData: {}, appHookData: hooks.appHookData };
  hooks.runNow('log', context);
  const logged = isLogged(`Function.${source}.User`, context.level);
  if (logged && shown[context.category].includes(context.level)) writeLog(context.level, source, context.message);
}

/** Logs later errors of a listening server, such as a failed accept. The server keeps running. */
export function logErrorsOf(server: EventEmitter): void {
  server.on('error', (error: unknown) => writeLog('error', 'host', errorText(error)));
}

/** An error as text: its stack, which begins with name and message, where it has one. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
