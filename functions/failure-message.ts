import { InventoryError, type Reason } from '../lib/errors.ts';

/** The engine carries only a message from an activity to the orchestrator, and wraps it in its own text. */
const pattern = /\[(?<code>\w+)\] (?<texts>[^\n]*)/;
const hintMark = ' [hint] ';
/** A quote or backslash becomes four characters: the engine's message is JSON within JSON, so it is escaped twice. */
const maxTextLength = 2_000;
const maxCodeLength = 200;

/** A reason whose texts each fit on one line and, whatever they quote, into a message of the engine. */
export function shortReason({ code, message, hint }: Reason): Reason {
  // A control character or half of a surrogate pair would become six characters in JSON.
  const text = (part: string, length: number): string =>
    part
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .slice(0, length)
      .toWellFormed();
  return {
    code: text(code, maxCodeLength),
    message: text(message, maxTextLength),
    hint: hint === null ? null : text(hint, maxTextLength),
  };
}

/** A reason as the message of an error. */
export function failureMessage(reason: Reason): string {
  const { code, message, hint } = shortReason(reason);
  return `[${code}] ${message}${hint === null ? '' : `${hintMark}${hint}`}`;
}

/** The reason within the engine's text. Any other text (a time-out, a lost process) is the reason itself. */
export function reasonOf(text: string): Reason {
  const { code, texts } = pattern.exec(text)?.groups ?? {};
  if (code !== undefined && texts !== undefined) {
    const line = texts.trimEnd();
    const end = line.indexOf(hintMark);
    if (end < 0) return shortReason({ code, message: line, hint: null });
    return shortReason({ code, message: line.slice(0, end), hint: line.slice(end + hintMark.length) });
  }
  const [first = ''] = text.split('\n', 1);
  return shortReason({
    code: 'ActivityFailed',
    message: first.trim(),
    hint: 'The next run replaces this one. See the log of the host for details',
  });
}

/** A reason as one line for the log: what happened, and what to do. A name that it quotes may contain line breaks. */
export function logText(reason: Reason): string {
  const { code, message, hint } = shortReason(reason);
  return `${code}: ${message}${hint === null ? '' : `. ${hint}`}`;
}

/** Logs an error with its hint, which the host leaves out when it logs what a function threw. */
export function logFailure(what: string, error: unknown, logger: { error(line: string): void }): void {
  if (error instanceof InventoryError) logger.error(`${what}: ${logText(error)}`);
}
