import type { Environment, Settings } from '../lib/settings.ts';
import type { ExitCode } from './exit-code.ts';
import type { Messages } from './messages.ts';
import type { Result } from './output/result.ts';
import type { GlobalOptions } from './shared-options.ts';

/** All that a command works with. */
export interface CommandContext {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly options: GlobalOptions;
  readonly messages: Messages;
  /** Writes the result to stdout, in the form asked for. To be called once, while what the rows come from is still open. */
  readonly write: (result: Result) => Promise<void>;
  /** Writes bytes to stdout as they are made. */
  readonly writePieces: (pieces: Iterable<Uint8Array>) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What a command does: writes its result and returns the exit code. Throwing ends it with the error's code. */
export type Action = (context: CommandContext) => Promise<ExitCode>;
