import { InventoryError, type Reason, toReason } from '../lib/errors.ts';
import { AmbiguousNameError } from './inventory/ambiguous-name-error.ts';
import { printable, truncate } from './output/terminal-text.ts';

/** Room for one message of a server: enough to be of use, never a screen of it. */
const messageWidth = 500;

/** What goes to stderr: everything that is not the result. */
export interface Messages {
  readonly line: (text: string) => void;
  /** Only with `--verbose`. */
  readonly detail: (text: string) => void;
  /** `error CODE: message`, then `hint: …`; with `--verbose` also what lay behind it. */
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

/** Code and message of a reason on one line. The hint is left to the caller: commands in it must not be cut. */
export function reasonText({ code, message }: Pick<Reason, 'code' | 'message'>): string {
  return `${code}: ${truncate(printable(message), messageWidth)}`;
}

/** Causes, nearest first; only their code and message: a foreign error's other fields may hold headers. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && !causes.includes(cause)) {
    causes.push(cause);
    cause = cause instanceof InventoryError || cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
