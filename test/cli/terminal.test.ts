import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { createInventory } from '../database/fixtures/inventory.ts';
import { runCli } from './run-cli.ts';
import { runOnTerminal } from './run-on-terminal.ts';

const subscription = '11111111-0000-4000-8000-000000000001';
const hidden = '22222222-0000-4000-8000-000000000002';
/** Clears the screen, rings, sets the title, and turns the text around; in the forms of C0, C1 and Unicode. */
const hostile = 'a\u001b[2Jb\u0007c\u009b31md\u009d0;title\u009ce\u202ef\u2066g\u200fh\u0085i\u007fj\rk\u2028l\bm\nn';
const forms = ['table', 'json', 'tsv', 'csv', 'yaml', 'ndjson'];
/** A terminal ends each line with CR LF. */
const laidOut = /\r\n|\t/g;
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const inventory = createInventory();

beforeAll(() => {
  inventory.run();
  inventory.subscription(subscription, { displayName: `sub ${hostile}` });
  inventory.subscription(hidden, { displayName: `hidden ${hostile}` });
  for (const kind of allKinds) {
    inventory.read(subscription, 'complete', { kind });
    inventory.read(hidden, 'denied', { kind, reason: `Denied${hostile}` });
  }
  inventory.machine({ name: `web ${hostile}`, subscription, tags: { [`tag ${hostile}`]: `value ${hostile}` } });
});
afterAll(() => {
  inventory.database.close();
  rmSync(dirname(inventory.path), { recursive: true });
});

const place = ['--database', inventory.path, '--allow-incomplete'];

describe('a terminal', () => {
  test.each([
    ...forms.map((form) => ['list', '-o', form]),
    ...forms.map((form) => ['list', '-o', form, '--query', '[].[name,tags]']),
    ...forms.map((form) => ['subscriptions', '-o', form]),
    ...['csv', 'ndjson', 'html', 'md'].map((format) => ['report', '--format', format]),
    ['list', '--select', 'name,tags'],
    ['list', `--unknown${hostile}`],
    ['show', `web ${hostile}`],
    ['show', `nothing ${hostile}`],
  ])('gets no control characters from %j', async (...args) => {
    const output = await runOnTerminal([...args, ...place]);

    expect(output).toContain('title');
    expect(output.replaceAll(laidOut, '')).not.toMatch(controls);
  });

  test('gets JSON that has the same values', async () => {
    const [machine] = JSON.parse(await runOnTerminal(['list', '-o', 'json', ...place], '2>/dev/null'));

    expect(machine.name).toBe(`web ${hostile}`);
  });

  test('gets one line of tsv per machine, whatever the names contain', async () => {
    const output = await runOnTerminal(['list', '-o', 'tsv', '--query', '[].name', ...place], '2>/dev/null');

    expect(output.split('\r\n')).toHaveLength(2);
  });
});

test.each(['tsv', 'csv'])('a pipe gets the bytes of the names as %s', async (form) => {
  const { stdout } = await runCli(['list', '-o', form, ...place]);

  expect(stdout).toContain(`web ${hostile}`);
});
