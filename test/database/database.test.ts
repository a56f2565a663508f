import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginTransaction, Database, openForReading, openForWriting } from '../../lib/database/database.ts';
import { schemaVersion } from '../../lib/database/migrations.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = (name = 'inventory.sqlite') => join(folder, name);

test('opening for writing creates a missing database, which then opens for reading', () => {
  openForWriting(path()).close();
  openForReading(path()).close();
});

test('opening for reading creates no file', () => {
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'DatabaseUnreadable' }));
});

test('a file that is not a database is refused', () => {
  writeFileSync(path(), 'no database at all, and longer than the header of one. '.repeat(40));
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
  expect(() => openForWriting(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
});

test('another SQLite file is refused and stays unchanged', () => {
  const other = new DatabaseSync(path());
  other.exec('CREATE TABLE mine (a)');
  other.close();
  expect(() => openForWriting(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
});

test('a newer schema is refused, and the hint says what to do', () => {
  const database = openForWriting(path());
  database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  database.close();
  const refusal = expect.objectContaining({ code: 'NewerDatabase', hint: 'Use a newer vm-identities' });
  expect(() => openForReading(path())).toThrow(refusal);
  expect(() => openForWriting(path())).toThrow(refusal);
});

test('a second writer gets DatabaseBusy', () => {
  const first = openForWriting(path());
  const second = openForWriting(path());
  second.exec('PRAGMA busy_timeout = 1');
  beginTransaction(first);
  expect(() => beginTransaction(second)).toThrow(expect.objectContaining({ code: 'DatabaseBusy' }));
  first.close();
  second.close();
});

test('a folder, and a file in a missing folder, are refused', () => {
  const refusal = expect.objectContaining({ code: 'DatabaseUnwritable' });
  expect(() => openForWriting(folder)).toThrow(refusal);
  expect(() => openForWriting(join(path('missing'), 'inventory.sqlite'))).toThrow(refusal);
});

test('a file with only an intact header is refused', () => {
  openForWriting(path()).close();
  const text = readFileSync(path(), 'latin1').replaceAll('CREATE TABLE', 'CREATE TABLY');
  writeFileSync(path(), text, 'latin1');
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
  expect(() => openForWriting(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
});

test('several programs can create the same database at once', async () => {
  const module = new URL('../../lib/database/database.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(module)}).then(({ openForWriting }) => openForWriting(${JSON.stringify(path())}).close())`;

  const ends = await Promise.all(Array.from({ length: 6 }, () => once(new Worker(code, { eval: true }), 'exit')));

  expect(ends).toEqual(Array.from({ length: 6 }, () => [0]));
  openForReading(path()).close();
});

test('A database opened with using runs what waits for its close', () => {
  const closed: string[] = [];
  {
    using database = new Database(':memory:');
    database.whenClosed(() => closed.push('closed'));
  }
  expect(closed).toEqual(['closed']);
});
