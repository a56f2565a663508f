import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { createInventory, runIdOf } from '../database/fixtures/inventory.ts';
import { writeAuthor } from '../support/authors.ts';
import { callCli } from './call-cli.ts';

const one = '11111111-0000-4000-8000-000000000001';
const two = '22222222-0000-4000-8000-000000000002';
const inventory = createInventory();
let folder: string;

const report = (...args: string[]) => callCli(['report', ...args, '--database', inventory.path], { cwd: folder });
const written = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(() => {
  for (const id of [1, 2]) {
    inventory.run();
    for (const subscription of [one, two]) if (id === 1) inventory.subscription(subscription);
    for (const kind of allKinds) {
      inventory.read(one, 'complete', { kind });
      inventory.read(two, id === 1 ? 'complete' : 'denied', { kind, reason: 'AuthorizationFailed' });
    }
    if (id === 2) continue;
    inventory.machine({ name: 'web', subscription: one });
    inventory.machine({ name: 'gone', subscription: one });
    inventory.machine({ name: 'shut', subscription: two });
  }
  inventory.end(2, 'virtualMachineDeleted');
  writeAuthor(inventory.database, 2, ['virtualMachineDeleted'], { caller: 'ada@<b>example.com' }, [
    'ada@<b>example.com',
    null,
  ]);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
  return () => rmSync(folder, { recursive: true });
});
afterAll(() => {
  inventory.database.close();
  rmSync(dirname(inventory.path), { recursive: true });
});

describe('report', () => {
  test('prints machines as CSV by default, and exits with 3 when it is not complete', async () => {
    const { code, stdout, stderr } = await report();

    expect(code).toBe(3);
    expect(stdout.split('\r\n').map((line) => line.split(',')[1])).toEqual(['name', 'web', 'shut', undefined]);
    expect(stderr).toMatch(/not complete[\s\S]+AuthorizationFailed[\s\S]+hint: do it/);
  });

  test('exits with 0 when the selected subscription is complete', async () => {
    const { code, stdout, stderr } = await report('--subscription-id', one, '--format', 'ndjson');

    expect({ code, stderr, names: stdout.match(/"name":"\w+"/g) }).toEqual({
      code: 0,
      stderr: '',
      names: ['"name":"web"'],
    });
  });

  test('has the filters of the list', async () => {
    const filters = ['--contains', 'WE', '--vm-size', 'STANDARD_D2s_v5', '--identity-type', 'none'];
    const [found, none] = await Promise.all([report(...filters), report('--contains', 'w_')]);

    expect(found.stdout.split('\r\n').map((line) => line.split(',')[1])).toEqual(['name', 'web', undefined]);
    expect(none.stdout.split('\r\n')).toHaveLength(2);
  });

  test.each([
    ['principals', 'csv', /^principalId,/],
    ['changes', 'ndjson', /"kind":"virtualMachineDeleted"/],
    ['changes', 'md', /# Changes\n\n\*\*Not complete\.\*\*/],
    ['findings', 'html', /<h1>Findings<\/h1>/],
  ])('prints %s as %s', async (name, format, expected) => {
    const { stdout } = await report(name, '--format', format);

    expect(stdout).toMatch(expected);
  });

  test('writes a file in the format of its extension', async () => {
    const { code, stdout } = await report('--out', 'machines.xlsx', '--allow-incomplete');

    expect({ code, stdout, files: readdirSync(folder) }).toEqual({ code: 0, stdout: '', files: ['machines.xlsx'] });
    expect(Object.keys(unzipSync(readFileSync(join(folder, 'machines.xlsx'))))).toContain('xl/worksheets/sheet5.xml');
  });

  test('writes the target of a link and keeps the link', async () => {
    writeFileSync(join(folder, 'real.csv'), 'old');
    symlinkSync('real.csv', join(folder, 'link.csv'));

    await report('--out', 'link.csv');

    expect(written('real.csv')).toMatch(/^id,name,/);
    expect(readdirSync(folder).toSorted()).toEqual(['link.csv', 'real.csv']);
  });

  test('keeps the existing file when it fails', async () => {
    writeFileSync(join(folder, 'old.csv'), 'old');

    const { code } = await report('--out', 'old.csv', '--as-of', '20200101T000000Z-0000');

    expect({ code, text: written('old.csv'), files: readdirSync(folder) }).toEqual({
      code: 5,
      text: 'old',
      files: ['old.csv'],
    });
  });

  test.each([
    ['md', /\| ada@.*example\.com \(and 1 more\) \|/],
    ['html', />ada@&lt;b&gt;example\.com \(and 1 more\)</],
    ['csv', /,found,ada@<b>example\.com,user,.*ada@<b>example\.com;platform/],
  ])('shows the author of a change as %s, and is filtered by it', async (format, expected) => {
    const [found, none] = await Promise.all(
      ['Ada@<B>example.com', 'ben@example.com'].map((caller) =>
        report('changes', '--caller', caller, '--format', format),
      ),
    );

    expect(found?.stdout).toMatch(expected);
    expect(none?.stdout).not.toContain('example.com');
  });

  test('lists the changes between two runs', async () => {
    const none = await report('changes', '--from', runIdOf(2), '--format', 'ndjson');
    const backwards = await report('changes', '--from', runIdOf(2), '--to', runIdOf(1));

    expect(none.stdout).toBe('');
    expect(backwards.code).toBe(2);
  });

  test.each([
    ['no such report', ['machines'], /NAME is 'machines'; allowed: virtualMachines, principals, changes, findings/],
    ['no such format', ['--format', 'pdf'], /csv, xlsx, ndjson, html, md/],
    ['a workbook on the terminal', ['--format', 'xlsx'], /--format xlsx needs --out FILE/],
    [
      'an ending that says nothing',
      ['--out', 'report.txt'],
      /--format is required, because 'report.txt' does not end in a known format; allowed: csv, /,
    ],
    [
      'a filter of another report',
      ['--severity', 'high'],
      /virtualMachines does not take --severity[\s\S]+hint: It takes --type/,
    ],
    ['asOf of changes', ['changes', '--as-of', '2026-11-01'], /changes does not take --as-of/],
    ['a value that is not allowed', ['findings', '--rule', 'x'], /--rule is 'x'; allowed: privilegedIdentity/],
    ['a query', ['--query', '[]'], /no --query/],
    ['a place that is no file', ['--out', '/', '--format', 'csv'], /is not a file/],
  ])('refuses %s', async (_, args, expected) => {
    const { code, stdout, stderr } = await report(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(expected);
  });

  test('fails with 1 when the file cannot be written', async () => {
    const { code, stderr } = await report('--out', join(folder, 'none', 'a.csv'));

    expect(code).toBe(1);
    expect(stderr).toMatch(/error FileNotWritten: /);
  });
});
