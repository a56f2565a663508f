import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLogFilter } from '../../local/host/log-levels.ts';

const documentation = await readFile(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
/** The levels that docs/operations.md recommends for host.json. */
const [, recommended = ''] = /```json\n(.*"Function\.report".*)\n```/.exec(documentation) ?? [];

describe('the recommended log levels', () => {
  const isLogged = createLogFilter(JSON.parse(recommended), {});

  test.each([
    ['Function.report.User', 'information', 'the line of a run that succeeded', true],
    ['Function.fail.User', 'error', 'the line of a run that failed', true],
    ['Function.run-cancel.User', 'error', 'the line of a run that was cancelled', true],
    ['Function.inventory-watchdog.User', 'warning', 'the line of the watchdog', true],
    ['Function.inventory-watchdog.User', 'information', 'the line of the schedule, for the alert run-late', true],
    ['Host.Function.Console', 'warning', 'an unknown setting', true],
    ['Host.Function.Console', 'error', 'a wrong setting', true],
    ['Function.collect.User', 'information', 'what the engine schedules', false],
    ['Host.Triggers.DurableTask', 'information', 'the configuration of the engine', false],
  ] as const)('%s at %s (%s): %j', (category, level, _what, logged) => {
    expect(isLogged(category, level)).toBe(logged);
  });
});

test('a setting takes precedence over host.json, the longest category decides, and the default is information', () => {
  const isLogged = createLogFilter(
    { default: 'None', Function: 'Information' },
    { AzureFunctionsJobHost__logging__logLevel__Function: 'Error' },
  );

  expect([isLogged('Function.a.User', 'warning'), isLogged('Function.a.User', 'error')]).toEqual([false, true]);
  expect(isLogged('Functional', 'critical')).toBe(false);
  expect(createLogFilter({}, {})('Function.a.User', 'information')).toBe(true);
  expect(() => createLogFilter({ default: 'Loud' }, {})).toThrow('"Loud" is not a log level');
});
