import { describe, expect, test } from 'vitest';
import { fold } from '../../../lib/inventory/names/fold.ts';

const isOneLetter = (text: string): boolean => [...text].length === 1;
const isAscii = (letter: string): boolean => letter < '\u0080';
/** Every letter that has another letter case. */
const letters = Array.from({ length: 0x110000 }, (_, point) => String.fromCodePoint(point)).filter((letter) =>
  /\p{Changes_When_Casemapped}/u.test(letter),
);

describe('two texts that differ in letter case only are equal once folded:', () => {
  test('every letter, in lower case and in any upper case that is one letter', () => {
    const wrong = letters.filter((letter) => {
      const upper = letter.toUpperCase();
      const isCasing = isOneLetter(upper) && isAscii(letter) === isAscii(upper);
      return fold(letter) !== fold(letter.toLowerCase()) || (isCasing && fold(letter) !== fold(upper));
    });

    expect(wrong).toEqual([]);
  });

  test.each([
    ['INSTRUKTØRER', 'Instruktører'],
    ['ΟΔΟΣ', 'οδος'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['МОСКВА', 'москва'],
    ['İSTANBUL', 'İSTANBUL'.toLowerCase()],
    ['STRAẞE', 'straße'],
    ['𐐔𐐇', '𐐼𐐯'],
  ])('%s and %s', (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });
});

test.each([
  ['strasse', 'straße'],
  ['isik', 'ışık'],
  ['s', 'ſ'],
  ['fi', 'ﬁ'],
  ['e', 'é'],
])('%s and %s are two names', (one, other) => {
  expect(fold(one)).not.toBe(fold(other));
});

test('folding twice changes nothing', () => {
  expect(letters.filter((letter) => fold(fold(letter)) !== fold(letter))).toEqual([]);
});
