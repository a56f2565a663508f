import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { guid, machine, mergeRun } from '../support/readings.ts';
import { callCli } from './call-cli.ts';

const here = machine('web', { resourceGroup: 'here' });
const there = machine('web', { resourceGroup: 'there' });
const folder = mkdtempSync(join(tmpdir(), 'moved-'));
const path = join(folder, 'inventory.sqlite');
const cli = (...args: readonly string[]) => callCli([...args, '--database', path]);

beforeAll(() => {
  using database = openForWriting(path);
  for (const [index, web] of [here, there].entries()) {
    const gone = index === 0 ? [machine('gone')] : [];
    mergeRun(database, { day: index + 1, subscriptions: { [guid(1)]: { machines: [web, ...gone] } } });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('list --deleted leaves the old id of a moved machine out', async () => {
  const [deleted, any] = await Promise.all(
    ['true', 'any'].map((value) => cli('list', '--deleted', value, '--query', '[].id', '-o', 'tsv')),
  );

  expect(deleted).toMatchObject({ code: 0, stdout: `${machine('gone').id}\n` });
  expect(any).toMatchObject({ code: 0, stdout: `${machine('gone').id}\n${there.id}\n` });
});

test('show says in every output where the machine went', async () => {
  const [json, table, csv, selected, name] = await Promise.all([
    cli('show', here.id),
    cli('show', here.id, '-o', 'table'),
    cli('show', here.id, '-o', 'csv'),
    cli('show', here.id, '--select', 'movedTo'),
    cli('show', 'web'),
  ]);

  expect(JSON.parse(json.stdout)).toMatchObject({ id: here.id, movedTo: there.id, deletedAt: null });
  expect(table.stdout).toMatch(new RegExp(`movedTo +${there.id}\n`, 'i'));
  expect(csv.stdout).toMatch(new RegExp(`,movedTo\r\n.*,${there.id}\r\n$`));
  expect(JSON.parse(selected.stdout)).toEqual({ movedTo: there.id });
  expect(JSON.parse(name.stdout)).toMatchObject({ id: there.id });
  expect(JSON.parse(name.stdout)).not.toHaveProperty('movedTo');
});
