import { expect, test } from 'vitest';
import { differencesOf } from '../../web/parts/differences.ts';

type Fields = Readonly<Record<string, unknown>> | null;

test.for<[what: string, before: Fields, after: Fields, expected: readonly string[]]>([
  ['fields that differ alone', { a: 1, b: 'x' }, { a: 1, b: 'y' }, ['b: x > y']],
  [
    'tags key by key',
    { tags: { env: 'test', team: 'web' } },
    { tags: { env: 'prod', team: 'web' } },
    ['tags.env: test > prod'],
  ],
  [
    'a tag that came and one that went',
    { tags: { a: '' } },
    { tags: { 'b.c': '1' } },
    ['tags.a:  > ·', 'tags.b.c: · > 1'],
  ],
  ['the first tag', { tags: {} }, { tags: { env: 'x' } }, ['tags.env: · > x']],
  ['the last tag', { tags: { env: 'x' } }, { tags: {} }, ['tags.env: x > ·']],
  ['no tags and an empty object', { tags: null }, { tags: {} }, ['tags: null > {}']],
  ['an empty object that went', { tags: {}, a: 1 }, { a: 1 }, ['tags: {} > ·']],
  ['the text null and no value', { plan: null }, { plan: 'null' }, ['plan: null > "null"']],
  ['the text 1 and the number', { tags: { n: '1' } }, { tags: { n: 1 } }, ['tags.n: "1" > 1']],
  ['lists as a whole', { zones: ['1'] }, { zones: ['1', '2'] }, ['zones: ["1"] > ["1","2"]']],
  ['what was created', null, { name: 'a' }, ['name: · > a']],
  ['what was deleted', { name: 'a' }, null, ['name: a > ·']],
])('a difference has %s', ([, before, after, expected]) => {
  const shown = differencesOf(before, after).map((one) => `${one.field}: ${one.before ?? '·'} > ${one.after ?? '·'}`);
  expect(shown).toEqual(expected);
});
