import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { InventoryError } from '../lib/errors.ts';
import { type Environment, readSettings } from '../lib/settings.ts';
import type { Action, Output } from './command.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import { messagesTo } from './messages.ts';
import { render } from './output/render.ts';
import { writeChunks, writePieces } from './output/write-chunks.ts';
import { globalOptionsOf } from './shared-options.ts';
import { UsageError } from './usage-error.ts';

/** The parts of the process that a command uses. */
export interface Surroundings {
  readonly environment: Environment;
  /** Opened only by a command that reads it. */
  readonly stdin: () => Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
}

/**
 * Runs one command: checks the settings, then the query, then runs the action.
 * @returns the exit code, after writing any error to stderr
 */
export async function runAction(command: Command, action: Action, around: Surroundings): Promise<ExitCode> {
  const { environment, stdin, stdout, stderr, signal } = around;
  const options = globalOptionsOf(command);
  const messages = messagesTo(stderr, options.verbose);
  try {
    const settings = readSettings(environment);
    if (settings.warnings.length > 0) throw new UsageError('UnknownSetting', settings.warnings.join('; '));
    if (options.query !== null) (await import('./output/jmespath.ts')).checkQuery(options.query);
    const code = await action({
      settings,
      environment,
      options,
      stdin,
      stderr,
      messages,
      async write(result) {
        const isTerminal = stdout.isTTY === true;
        const form = options.output ?? (isTerminal ? 'table' : 'json');
        // A terminal of unknown size says 0.
        const width = isTerminal ? (stdout.columns ?? 0) || 80 : null;
        await writeChunks(stdout, await render(result, { form, query: options.query, width }), signal);
      },
      writePieces: (pieces) => writePieces(stdout, pieces, signal),
      signal,
    });
    return code === exitCodes.incomplete && options.allowIncomplete ? exitCodes.complete : code;
  } catch (error) {
    const shown = signal.aborted
      ? new InventoryError('Cancelled', 'The command was stopped before it finished', { cause: error })
      : error;
    messages.error(shown);
    return exitCodeOf(shown);
  }
}
