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
])('A reason comes back from an error message %s.', (_, wrap) => {
  expect(reasonOf(wrap(failureMessage(reason)))).toEqual(reason);
  expect(reasonOf(wrap(failureMessage({ ...reason, hint: null })))).toEqual({ ...reason, hint: null });
});

test('What the engine itself says of an activity is the reason, in one line.', () => {
  const found = reasonOf("Activity function 'collect' failed: Timeout value of 01:00:00 exceeded\n at somewhere");

  expect(found).toMatchObject({
    code: 'ActivityFailed',
    message: "Activity function 'collect' failed: Timeout value of 01:00:00 exceeded",
  });
});

test('A long reason is cut, so that no message of the engine is long.', () => {
  const long = failureMessage({ code: 'Long', message: 'x'.repeat(100_000), hint: 'y'.repeat(100_000) });

  expect(long.length).toBeLessThan(10_000);
});

test('No part of a reason makes a message long, whatever a server sends in it.', () => {
  const nasty = '\u0001'.repeat(100_000);
  const reason = shortReason({ code: `Auth${'x'.repeat(100_000)}`, message: nasty, hint: `${nasty}end` });

  expect(JSON.stringify(reason).length * 2).toBeLessThan(45 * 1024);
  expect(reasonOf(failureMessage(reason))).toEqual(reason);
});
