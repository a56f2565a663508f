import { ImpossibleFilterError, InvalidSettingError, NoTokenError, NotFoundError } from '../lib/errors.ts';
import { UsageError } from './usage-error.ts';

export const exitCodes = {
  complete: 0,
  failed: 1,
  usage: 2,
  /** The answer is not complete. inventory/incomplete.ts decides; `--allow-incomplete` makes it 0 (run-action.ts). */
  incomplete: 3,
  noToken: 4,
  notFound: 5,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof InvalidSettingError) return exitCodes.usage;
  if (error instanceof ImpossibleFilterError) return exitCodes.usage;
  if (error instanceof NoTokenError) return exitCodes.noToken;
  if (error instanceof NotFoundError) return exitCodes.notFound;
  return exitCodes.failed;
}
