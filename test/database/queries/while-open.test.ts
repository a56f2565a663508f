import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Database, openForWriting } from '../../../lib/database/database.ts';
import { prepared } from '../../../lib/database/queries/statements.ts';
import { perRun } from '../../../lib/database/queries/while-open.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const countAt = perRun((database: Database) => ({
  count: prepared(database, 'SELECT count(*) AS count FROM run').get(),
}));
const statementAt = perRun((database: Database) => database.prepare('SELECT 1 AS one'));

test('closing a database releases it and everything kept for it', async () => {
  const opened = Array.from({ length: 20 }, () => new WeakRef(useAndClose()));
  expect(opened.some((one) => one.deref() !== undefined)).toBe(true);
  if (typeof collectGarbage !== 'function') throw new Error('there is no gc');
  // Statements are collected first, then their database. A dereferenced WeakRef keeps its target until the next turn.
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  expect(opened.filter((one) => one.deref() !== undefined)).toHaveLength(0);
});

test('a statement is prepared once for each open database', () => {
  const [one, other] = [openForWriting(':memory:'), openForWriting(':memory:')];
  expect(prepared(one, 'SELECT 1')).toBe(prepared(one, 'SELECT 1'));
  expect(prepared(one, 'SELECT 1')).not.toBe(prepared(other, 'SELECT 1'));
  one.close();
  other.close();
});

function useAndClose(): Database {
  const database = openForWriting(':memory:');
  expect(countAt(database, 1)).toEqual({ count: { count: 0 } });
  expect(statementAt(database, 1).get()).toEqual({ one: 1 });
  database.close();
  return database;
}
