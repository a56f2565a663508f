import type { Reason } from '../lib/errors.ts';

/** Between an activity and the orchestrator the engine carries only a message, with words of its own around it. */
const pattern = /\[(?<code>\w+)\] (?<message>[^\n]*?)(?: \[hint\] (?<hint>[^\n]*?))? *(?:\n|$)/;
const longest = 4_000;
const longestCode = 200;

/** A reason on one line each, short enough for a message of the engine's, whatever it quotes. */
export function shortReason({ code, message, hint }: Reason): Reason {
  // control characters would become six in JSON
  const text = (part: string, length: number): string => part.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, length);
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
export function reasonOf(message: string): Reason {
  const found = pattern.exec(message)?.groups;
  if (found?.code === undefined || found.message === undefined) {
    const [first = ''] = message.slice(0, longest).split('\n');
    return {
      code: 'ActivityFailed',
      message: first.trim(),
      hint: 'The next run takes its place. The host’s log says more',
    };
  }
  return { code: found.code, message: found.message, hint: found.hint ?? null };
}
