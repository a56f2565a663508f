import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { logErrorLine, logWarningLine } from '../../functions/console-lines.ts';

const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
afterEach(() => error.mockClear());
afterAll(() => error.mockRestore());

test('several lines become one, with the level that the host looks for', () => {
  logErrorLine('It broke: \r\n  at a\n\n  at b\n');
  logWarningLine('Look');

  expect(error.mock.calls).toEqual([['Error: It broke: at a at b'], ['Warning: Look']]);
});

test.each([' ', '\t', ' \n', '\r'])('any text of %j is one line in linear time', (part) => {
  logErrorLine(`${part.repeat(5_000_000)}end`);

  expect(error.mock.calls.flat()).toEqual(['Error: end']);
});
