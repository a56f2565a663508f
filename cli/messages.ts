import { InventoryError, type Reason, toReason } from '../lib/errors.ts';
import { printable, truncate } from './output/terminal-text.ts';
import { AmbiguousNameError } from './usage-error.ts';

/** The longest message of a server that is shown. */
const messageWidth = 500;

/** Messages on stderr: everything except the result. */
export interface Messages {
  readonly line: (text: string) => void;
  /** Only with `--verbose`. */
  readonly detail: (text: string) => void;
  /** `error CODE: message`, then `hint: …`; with `--verbose` also the causes. */
  readonly error: (error: unknown) => void;
}

export function messagesTo(stream: { write(text: string): unknown }, verbose: boolean): Messages {
  const line = (text: string): void => void stream.write(`${printable(text)}\n`);
  return {
    line,
    detail: verbose ? line : () => undefined,
    error(error) {
      const { hint, ...what } = toReason(error);
      line(`error ${reasonText(what)}`);
      if (hint !== null) line(`hint: ${hint}`);
      if (error instanceof AmbiguousNameError) for (const id of error.ids) line(`  ${id}`);
      if (verbose) for (const cause of causesOf(error)) line(`cause: ${reasonText(toReason(cause))}`);
    },
  };
}

/** Code and message of a reason on one line. Hints are printed separately, because their commands must not be cut. */
export function reasonText({ code, message }: Pick<Reason, 'code' | 'message'>): string {
  return `${code}: ${truncate(printable(message), messageWidth)}`;
}

/** Causes, nearest first. Only code and message are shown: other fields of a library's error may hold headers. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && !causes.includes(cause)) {
    causes.push(cause);
    cause = cause instanceof InventoryError || cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
