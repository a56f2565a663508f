import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCutOffJson, parseJson } from '../lib/json.ts';

const byteOrderMark = '\uFEFF';

test('a byte order mark before JSON is skipped', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(`${byteOrderMark}${text}`)).toEqual(JSON.parse(text));
    }),
  );
});

test('a byte order mark inside JSON stays', () => {
  expect(parseJson(`{"name":"${byteOrderMark}a"}`)).toEqual({ name: `${byteOrderMark}a` });
});

test.each(['', byteOrderMark, '<html>', 'undefined', `{}${byteOrderMark}`])('%j is not JSON', (text) => {
  expect(parseJson(text)).toBeUndefined();
});

test('every beginning of an object is cut off, with and without a byte order mark', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), fc.boolean(), (value, at, marked) => {
      const text = JSON.stringify(value);
      const beginning = text.slice(0, at % text.length);
      expect(isCutOffJson(marked ? `${byteOrderMark}${beginning}` : beginning), beginning).toBe(true);
    }),
  );
});

test.each([
  '{"value":[]}',
  `${byteOrderMark}{"value":[]}`,
  "{'value':[]}",
  '{"value":[NaN]}',
  '{"value":[1,]}',
  '{"value":[}',
  '{"value":[]}<html>',
  '{"message":"a "quote" in it"}',
  '[object Object]',
  '{"a":at position 15 (line 1 column 16)}',
  '<html>',
])('%j is not cut off', (text) => {
  expect(isCutOffJson(text)).toBe(false);
});
