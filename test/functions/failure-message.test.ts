import { expect, test } from 'vitest';
import { failureMessage, logText, reasonOf, shortReason } from '../../functions/failure-message.ts';

const reason = { code: 'StorageUnavailable', message: 'Cannot write x: 503', hint: 'The next run does it' };

test.each([
  ['as it was thrown', (text: string) => text],
  ['as the built-in host says it', (text: string) => `Activity function 'collect' failed: ${text} \n ${text}`],
  [
    'as the extension says it',
    (text: string) => `Error: Result: Failure\nException: ${text}\nStack: Error: ${text}\n at x`,
  ],
])('A reason survives in an error message %s', (_, wrap) => {
  expect(reasonOf(wrap(failureMessage(reason)))).toEqual(reason);
  expect(reasonOf(wrap(failureMessage({ ...reason, hint: null })))).toEqual({ ...reason, hint: null });
});

test('A message of the engine about an activity is the reason, in one line', () => {
  const found = reasonOf("Activity function 'collect' failed: Timeout value of 01:00:00 exceeded\n at somewhere");

  expect(found).toMatchObject({
    code: 'ActivityFailed',
    message: "Activity function 'collect' failed: Timeout value of 01:00:00 exceeded",
  });
});

test('A reason is one line in the log, whatever it quotes', () => {
  const reason = {
    code: 'LeaseIdMissing',
    message: 'Cannot remove a\n{"event":"inventoryRun"}',
    hint: 'Run: az --name b\r\nc',
  };

  expect(logText(reason)).toBe('LeaseIdMissing: Cannot remove a {"event":"inventoryRun"}. Run: az --name b c');
});

test('A long reason is cut to fit a message of the engine', () => {
  const long = failureMessage({ code: 'Long', message: 'x'.repeat(100_000), hint: 'y'.repeat(100_000) });

  expect(long.length).toBeLessThan(10_000);
});

test.each(['[a] x', ' ', '[', '[a', ' [hint] '])('Any text of %j is read in linear time', (part) => {
  expect(reasonOf(part.repeat(5_000_000)).message.length).toBeLessThanOrEqual(2_000);
});

test.each([
  ['control characters', '\u0001'],
  ['quotes', '"'],
  ['backslashes', '\\'],
  ['halves of pairs', '\ud800'],
])('No text of a server makes a message too long: %s', (_, character) => {
  const nasty = character.repeat(100_000);
  const reason = shortReason({ code: `Auth${'x'.repeat(100_000)}`, message: nasty, hint: `${nasty}end` });
  const reasons = [reason, reasonOf(nasty), reasonOf(`[A] ${nasty} [hint] ${nasty}`)];

  // The engine's messages are JSON, and contain the input of an activity as JSON.
  const sizes = reasons.map(
    (failure) => JSON.stringify(JSON.stringify({ runId: 'x'.repeat(100), failure })).length * 2,
  );
  expect(Math.max(...sizes)).toBeLessThan(45 * 1024);
  expect(reasonOf(failureMessage(reason))).toEqual(reason);
});
