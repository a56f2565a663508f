import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { messagesTo } from '../cli/messages.ts';
import { InventoryError } from '../lib/errors.ts';
import { type Api, createApi } from './start/api.ts';
import type { FunctionsHost } from './start/functions-host.ts';
import { addresses } from './start/next-commands.ts';
import { parseStartOptions, type StartOptions } from './start/options.ts';
import { createProcesses, type Processes } from './start/processes.ts';
import type { SampleAzure } from './start/sample-azure.ts';
import { startEverything } from './start/start-everything.ts';
import { stopSignal } from './start/stop-signal.ts';
import { changesOf, summaryOf } from './start/summary.ts';
import { type FiredRun, fireRun } from './start/trigger-run.ts';

/**
 * What `npm start` does: everything on one machine, one run at once, its summary, with the sample tenant a second run a day later
 * in it, then it serves until it is told to end. All that it starts ends with it. Exit codes: 0; 1 when something did not start
 * or, with `--once`, when the run failed; 2 usage.
 */
const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
const widthWithoutTerminal = 110;
const { error: printError, line: say } = messagesTo(process.stderr, false);
const print = (text: string): void => void process.stdout.write(text);

// Connections kept alive would hold the process for a while.
process.exit(await main());

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const signal = stopSignal();
  const processes = createProcesses();
  const folder = await mkdtemp(join(tmpdir(), 'vm-identities-start-'));
  try {
    return await Promise.race([serve(options, processes, folder, signal), failWithLost(processes), endAt(signal)]);
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
  const { host, sample } = await startEverything(options, processes, print, signal);
  const api = createApi(host);
  const width = process.stdout.columns ?? widthWithoutTerminal;
  const code = await runNow(api, (run) => summaryOf(run, api, width, signal), signal);
  if (options.once) return code;
  if (code !== exitCodes.done) stayUp(host);
  else {
    if (sample !== null) await runADayLater(sample, api, signal);
    for await (const line of addresses(host, api, folder, signal)) print(line);
  }
  return endAt(signal);
}

/** The second state of the sample tenant, so that there are changes to see. That it fails is said, and no more. */
async function runADayLater(sample: SampleAzure, api: Api, signal: AbortSignal): Promise<void> {
  await sample.enterSecondState(signal);
  print('\nA day later in the sample tenant\n');
  await runNow(api, changesOf, signal);
}

async function runNow(
  api: Api,
  tell: (run: FiredRun) => Iterable<string> | AsyncIterable<string>,
  signal: AbortSignal,
): Promise<number> {
  try {
    const run = await fireRun(api, signal);
    if (run.status !== 'succeeded') {
      const { code, message, hint } = run.reason ?? {
        code: run.status,
        message: `Run ${run.id} ${run.status}`,
        hint: null,
      };
      throw new InventoryError({ given: code }, message, { hint });
    }
    for await (const line of tell(run)) print(line);
    return exitCodes.done;
  } catch (error) {
    signal.throwIfAborted();
    printError(error);
    return exitCodes.failed;
  }
}

function stayUp({ url }: FunctionsHost): void {
  say(`The first run failed. The host stays up at ${url}/api; Ctrl-C ends everything.`);
}

async function failWithLost({ lost }: Processes): Promise<number> {
  say(`error ProcessEnded: ${await lost} ended by itself`);
  return exitCodes.failed;
}

async function endAt(signal: AbortSignal): Promise<number> {
  if (!signal.aborted) await once(signal, 'abort');
  return exitCodes.done;
}
