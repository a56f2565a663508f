import { expect, test as vitestTest } from 'vitest';
import { openForWriting } from '../../../lib/database/database.ts';

/** A test with an empty inventory in memory. Writers leave foreign keys unchecked, for speed: they are checked after the test. */
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures that a fixture needs from the pattern
export const test = vitestTest.extend('database', ({}, { onCleanup }) => {
  const database = openForWriting(':memory:');
  onCleanup(() => {
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    database.close();
  });
  return database;
});
