import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Environment, Settings } from '../lib/settings.ts';
import type { ExitCode } from './exit-code.ts';
import type { Messages } from './messages.ts';
import type { Result } from './output/result.ts';
import type { GlobalOptions } from './shared-options.ts';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that a command works with. */
export interface CommandContext {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly options: GlobalOptions;
  readonly stdin: () => Readable;
  /** For progress; messages go through `messages`. */
  readonly stderr: Output;
  readonly messages: Messages;
  /** Writes the result to stdout in the requested form. Call it once, while the source of the rows is still open. */
  readonly write: (result: Result) => Promise<void>;
  /** Writes bytes to stdout as they are made. */
  readonly writePieces: (pieces: Iterable<Uint8Array>) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Writes the result of a command. @returns the exit code; an error that it throws has its own (exit-code.ts) */
export type Action = (context: CommandContext) => Promise<ExitCode>;

/** Options as commander passes them, by their names in camelCase. */
export type Options = Readonly<Record<string, unknown>>;

/** Runs the action of a command. */
export type Run = (command: Command, action: Action) => Promise<void>;

/** Adds options, help and the action of one command. Called only for the command that the user runs. */
export type DefineCommand = (command: Command, run: Run) => void;

/**
 * Adds examples to the end of a command's help.
 * @param lines what is typed after `vm-identities`, and what it does
 */
export function examples(command: Command, lines: readonly (readonly [string, string])[]): void {
  const text = lines.map(([line, what]) => `  # ${what}\n  vm-identities ${line}`).join('\n');
  command.addHelpText('after', `\nExamples:\n${text}`);
}
