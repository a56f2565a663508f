import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginTransaction, openForReading, openForWriting } from '../../lib/database/database.ts';
import { schemaVersion } from '../../lib/database/schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = (name = 'inventory.sqlite') => join(folder, name);

test('a database is made where there is none, and opens for reading', () => {
  openForWriting(path()).close();
  openForReading(path()).close();
});

test('a missing file is not made by reading', () => {
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'DatabaseUnreadable' }));
});

test('a file that is no database is refused', () => {
  writeFileSync(path(), 'no database at all, and longer than the header of one. '.repeat(40));
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
  expect(() => openForWriting(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
});

test('another SQLite file is refused and left as it is', () => {
  const other = new DatabaseSync(path());
  other.exec('CREATE TABLE mine (a)');
  other.close();
  expect(() => openForWriting(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
  expect(() => openForReading(path())).toThrow(expect.objectContaining({ code: 'NotAnInventory' }));
});

test('a newer schema is refused with what to do', () => {
  const database = openForWriting(path());
  database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  database.close();
  const refusal = expect.objectContaining({ code: 'NewerDatabase', hint: 'Use a newer vm-identities' });
  expect(() => openForReading(path())).toThrow(refusal);
  expect(() => openForWriting(path())).toThrow(refusal);
});

test('a second writer is told that another one is at work', () => {
  const first = openForWriting(path());
  const second = openForWriting(path());
  second.exec('PRAGMA busy_timeout = 1');
  beginTransaction(first);
  expect(() => beginTransaction(second)).toThrow(expect.objectContaining({ code: 'DatabaseBusy' }));
  first.close();
  second.close();
});
