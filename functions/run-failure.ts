import type { Reason } from '../lib/errors.ts';

/** Between an activity and the orchestrator the engine carries only a message, with words of its own around it. */
const pattern = /\[(?<code>\w+)\] (?<message>[^\n]*?)(?: \[hint\] (?<hint>[^\n]*?))? *(?:\n|$)/;
const longest = 4_000;

/** A reason as the message of an error. */
export function failureMessage({ code, message, hint }: Reason): string {
  const text = (part: string): string => part.replaceAll(/\s*\n\s*/g, ' ').slice(0, longest);
  return `[${code}] ${text(message)}${hint === null ? '' : ` [hint] ${text(hint)}`}`;
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
