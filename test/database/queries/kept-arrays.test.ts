import { expect, test } from 'vitest';
import { type Database, openForWriting } from '../../../lib/database/database.ts';
import { keptArrays } from '../../../lib/database/queries/kept-arrays.ts';

const megabytes = (count: number) => count * 1024 * 1024;
const small = keptArrays<Uint8Array>('small', ({ byteLength }) => byteLength);
const large = keptArrays<Uint8Array>('large', ({ byteLength }) => byteLength);

/** Uses a value, and says whether it was made for that. */
function isMade(kept: typeof small, database: Database, key: string, size: number): boolean {
  let made = false;
  kept(database, key, () => {
    made = true;
    return new Uint8Array(megabytes(size));
  });
  return made;
}

test('all kinds share 16 MB, and the least recently used leaves first', () => {
  using database = openForWriting(':memory:');
  const uses: readonly (readonly [typeof small, string, number, boolean])[] = [
    [small, 'a', 5, true],
    [large, 'a', 5, true],
    [small, 'b', 5, true],
    [small, 'a', 5, false],
    // The kind `large` leaves: it was used before all others.
    [small, 'c', 5, true],
    [small, 'b', 5, false],
    [small, 'a', 5, false],
    [large, 'a', 5, true],
    [small, 'c', 5, true],
    [small, 'a', 5, false],
  ];
  expect(uses.map(([kept, key, size]) => isMade(kept, database, key, size))).toEqual(uses.map(([, , , made]) => made));
});

test('a value that is larger than all stays until another is used', () => {
  using database = openForWriting(':memory:');
  expect(isMade(small, database, 'a', 1)).toBe(true);
  expect(isMade(large, database, 'huge', 20)).toBe(true);
  expect(isMade(large, database, 'huge', 20)).toBe(false);
  expect(isMade(small, database, 'a', 1)).toBe(true);
  expect(isMade(large, database, 'huge', 20)).toBe(true);
});

test('each database has its own values', () => {
  using one = openForWriting(':memory:');
  using other = openForWriting(':memory:');
  expect([one, other, one].map((database) => isMade(small, database, 'a', 12))).toEqual([true, true, false]);
});
