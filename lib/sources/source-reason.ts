import type { Reason } from '../errors.ts';

const mostCharacters = 500;

/**
 * A message that quotes a source: without control characters and marks that change the direction of text, on one line,
 * and short.
 */
export function safeMessage(text: string): string {
  const line = text.slice(0, 4 * mostCharacters).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return (line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1)}…` : line).toWellFormed();
}

/**
 * A reason that a source gives, as the hub shows it. The code and the message are its own. What to do is never taken
 * from a source: people with many rights follow hints.
 */
export function reasonOfSource(source: string, { code, message }: Reason): Reason {
  return {
    code: /^\w{1,64}$/.test(code) ? code : 'SourceNotComplete',
    message: safeMessage(`${source}: ${message}`),
    hint: 'See GET /api/subscriptions of that deployment: its own identity lacks a role, or could not read something',
  };
}
