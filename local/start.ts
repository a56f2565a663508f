import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { messagesTo } from '../cli/messages.ts';
import { printableLines } from '../cli/output/terminal-text.ts';
import { hasCode, InventoryError } from '../lib/errors.ts';
import type { Run } from '../lib/inventory/run.ts';
import { type Environment, readSettings } from '../lib/settings.ts';
import { createApi } from './start/api.ts';
import { keyLines, writeKeyFiles } from './start/key-files.ts';
import { nextCommands } from './start/next-commands.ts';
import { openInBrowser } from './start/open-page.ts';
import { parseStartOptions, type StartOptions } from './start/options.ts';
import { createProcesses, type Processes } from './start/processes.ts';
import { reachLoopbackDirectly } from './start/reach-loopback-directly.ts';
import { startEverything } from './start/start-everything.ts';
import { stopSignal } from './start/stop-signal.ts';
import { changesOf, summaryOf } from './start/summary.ts';
import { triggerRun } from './start/trigger-run.ts';

/**
 * `npm start`: starts everything on one machine, triggers a run and prints its summary. With the sample tenant it
 * triggers a second run one day later. It prints the address of the page last, serves until it is stopped, and stops
 * every process that it started.
 * Exit codes: 0; 1 = something did not start or, with `--once`, the run failed; 2 = usage.
 */
const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
const widthWithoutTerminal = 110;
const { error: printError, line: printMessage } = messagesTo(process.stderr, false);
const print = (text: string): void =>
  void process.stdout.write(process.stdout.isTTY === true ? printableLines(text) : text);

// Kept-alive connections would delay the end of the process.
process.exit(await main());

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  reachLoopbackDirectly(process.env);
  const signal = stopSignal();
  const processes = createProcesses();
  const folder = await mkdtemp(join(tmpdir(), 'vm-identities-start-'));
  const lost = processes.lost.then((name) => {
    printMessage(`error ProcessEnded: ${name} ended unexpectedly`);
    return exitCodes.failed;
  });
  try {
    return await Promise.race([serve(options, processes, folder, signal), lost, stopped(signal)]);
  } catch (error) {
    printError(error);
    return exitCodes.failed;
  } finally {
    await processes.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function readOptions(): StartOptions | number {
  try {
    return parseStartOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

async function serve(
  options: StartOptions,
  processes: Processes,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const { host, sample, environment } = await startEverything(options, processes, print, signal);
  const api = createApi(host);

  /** Triggers a run and prints its lines, or its error. */
  async function run(linesOf: (run: Run) => Iterable<string> | AsyncIterable<string>): Promise<number> {
    try {
      const ended = await triggerRun(api, signal);
      if (ended.status !== 'succeeded') throw failureOf(ended);
      for await (const line of linesOf(ended)) print(line);
      return exitCodes.done;
    } catch (error) {
      signal.throwIfAborted();
      printError(hasCode(error, 'InvalidConfiguration') ? (settingErrorOf(environment) ?? error) : error);
      return exitCodes.failed;
    }
  }

  const width = process.stdout.columns || widthWithoutTerminal;
  const code = await run((ended) => summaryOf(ended, api, width, signal));
  if (options.once) return code;
  const keyFolder = await writeKeyFiles(join(folder, 'keys'), host.keys);
  if (code !== exitCodes.done) {
    printMessage(`The first run failed. The API stays available at ${host.url}/api`);
  } else {
    if (sample !== null) {
      await sample.enterSecondState(signal);
      print('\nOne day later in the sample tenant:\n');
      await run((ended) => changesOf(ended, api, width, signal));
    }
    for await (const line of nextCommands(host, api, keyFolder, signal)) print(line);
  }
  for (const line of keyLines(keyFolder)) print(line);
  const page = `${host.url}/api/page`;
  print(`\nThe page: ${page} (press Ctrl-C to stop everything)\n`);
  const problem = options.open ? await openInBrowser(page) : null;
  if (problem !== null) printMessage(`The page is not open: ${problem}`);
  return stopped(signal);
}

/** The wrong setting with its value. The app never answers with the value. */
function settingErrorOf(environment: Environment): unknown {
  try {
    readSettings(environment);
    return null;
  } catch (error) {
    return error;
  }
}

function failureOf({ id, status, reason }: Run): InventoryError {
  const { code, message, hint } = reason ?? { code: status, message: `Run ${id} ${status}`, hint: null };
  return new InventoryError({ given: code }, message, { hint });
}

async function stopped(signal: AbortSignal): Promise<number> {
  if (!signal.aborted) await once(signal, 'abort');
  return exitCodes.done;
}
