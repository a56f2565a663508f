import { expect, test } from 'vitest';
import { failureMessage, reasonOf, shortReason } from '../../functions/run-failure.ts';

const reason = { code: 'StorageUnavailable', message: 'Cannot write x: 503', hint: 'The next run does it' };

test.each([
  ['as it was thrown', (text: string) => text],
  ['as the built-in host says it', (text: string) => `Activity function 'collect' failed: ${text} \n ${text}`],
  [
    'as the extension says it',
    (text: string) => `Error: Result: Failure\nException: ${text}\nStack: Error: ${text}\n at x`,
  ],
])('A reason comes back from an error message %s', (_, wrap) => {
  expect(reasonOf(wrap(failureMessage(reason)))).toEqual(reason);
  expect(reasonOf(wrap(failureMessage({ ...reason, hint: null })))).toEqual({ ...reason, hint: null });
});

test('What the engine itself says of an activity is the reason, in one line', () => {
  const found = reasonOf("Activity function 'collect' failed: Timeout value of 01:00:00 exceeded\n at somewhere");

  expect(found).toMatchObject({
    code: 'ActivityFailed',
    message: "Activity function 'collect' failed: Timeout value of 01:00:00 exceeded",
  });
});

test('A long reason is cut, so that no message of the engine is long', () => {
  const long = failureMessage({ code: 'Long', message: 'x'.repeat(100_000), hint: 'y'.repeat(100_000) });

  expect(long.length).toBeLessThan(10_000);
});

test.each([
  ['control characters', '\u0001'],
  ['quotes', '"'],
  ['backslashes', '\\'],
  ['halves of pairs', '\ud800'],
])('No reason makes a message long, whatever a server sends in it: %s', (_, character) => {
  const nasty = character.repeat(100_000);
  const reason = shortReason({ code: `Auth${'x'.repeat(100_000)}`, message: nasty, hint: `${nasty}end` });
  const reasons = [reason, reasonOf(nasty), reasonOf(`[A] ${nasty} [hint] ${nasty}`)];

  // the engine's messages are JSON, and so is the input of an activity in them
  const sizes = reasons.map(
    (failure) => JSON.stringify(JSON.stringify({ runId: 'x'.repeat(100), failure })).length * 2,
  );
  expect(Math.max(...sizes)).toBeLessThan(45 * 1024);
  expect(reasonOf(failureMessage(reason))).toEqual(reason);
});
