import type { Reason } from '../lib/errors.ts';

/** Between an activity and the orchestrator the engine carries only a message, with words of its own around it. */
const pattern = /\[(?<code>\w+)\] (?<message>[^\n]*?)(?: \[hint\] (?<hint>[^\n]*?))? *(?:\n|$)/;
/** Quotes and backslashes become four characters: what is JSON in a message that is JSON is escaped twice. */
const longest = 2_000;
const longestCode = 200;

/** A reason on one line each, short enough for a message of the engine's, whatever it quotes. */
export function shortReason({ code, message, hint }: Reason): Reason {
  // control characters and halves of pairs would become six in JSON
  const text = (part: string, length: number): string =>
    part
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .slice(0, length)
      .toWellFormed();
  return {
    code: text(code, longestCode),
    message: text(message, longest),
    hint: hint === null ? null : text(hint, longest),
  };
}

/** A reason as the message of an error. */
export function failureMessage(reason: Reason): string {
  const { code, message, hint } = shortReason(reason);
  return `[${code}] ${message}${hint === null ? '' : ` [hint] ${hint}`}`;
}

/** The reason in what the engine made of such a message; what has another form (a time-out, a lost process) is the reason itself. */
export function reasonOf(text: string): Reason {
  const { code, message, hint = null } = pattern.exec(text)?.groups ?? {};
  if (code !== undefined && message !== undefined) return shortReason({ code, message, hint });
  const [first = ''] = text.split('\n', 1);
  return shortReason({
    code: 'ActivityFailed',
    message: first.trim(),
    hint: 'The next run takes its place. The host’s log says more',
  });
}
