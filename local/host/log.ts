import type { EventEmitter } from 'node:events';
import type { LogCategory, LogLevel } from './core-types.ts';
import type { Hooks } from './hooks.ts';

/** Lines below these levels aren't shown: what the app says from `information` up, what its library says from `warning` up. */
const shown: Record<LogCategory, readonly LogLevel[]> = {
  user: ['information', 'warning', 'error', 'critical'],
  system: ['warning', 'error', 'critical'],
  customMetric: [],
};

/** Writes one line to stderr: time, level, who speaks. Line ends inside the text become `\n`, so that one event is one line. */
export function writeLog(level: LogLevel, source: string, message: string): void {
  const text = message.replaceAll(/\r?\n/g, '\\n');
  process.stderr.write(`${new Date().toISOString()} ${level} [${source}] ${text}\n`);
}

/** Lets the app's log hooks see and change a line, then writes it. */
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
  const { category, source, invocationContext } = entry;
  let { level, message } = entry;
  if (hooks.any('log')) {
    const context = { hookData: {}, appHookData: hooks.appHookData, level, message, category, invocationContext };
    hooks.runNow('log', context);
    ({ level, message } = context);
  }
  if (shown[category].includes(level)) writeLog(level, source, message);
}

/** Logs what a server fails at once it listens, such as a connection that it cannot take: that ends nothing. */
export function logErrorsOf(server: EventEmitter): void {
  server.on('error', (error: unknown) => writeLog('error', 'host', errorText(error)));
}

/** An error as one text: its stack where it has one (the stack begins with name and message). */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
