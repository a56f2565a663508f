import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress, toHash } from '../../web/state/hash.ts';
import { caseCount } from '../support/cases.ts';

const segment = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.includes('/'));

test('an address that was written is read as it was, whatever names hold', () => {
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), segment, segment, (names, contains, tag) => {
      const id = `/subscriptions/${names.join('/')}`;
      const query = new URLSearchParams([
        ['contains', contains],
        ['tag', tag],
        ['tag', `${tag}=${contains}`],
      ]);

      const { view, id: read, query: values, unknown } = parseAddress(toHash('machines', id, query));

      expect({ view, read, unknown }).toEqual({ view: 'machines', read: id, unknown: [] });
      expect([...values]).toEqual([...query]);
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 200, many: 5000 }) },
  );
});

test.each([
  ['', { view: '', id: '' }],
  ['#/', { view: '', id: '' }],
  ['#/nowhere/else', { view: '', id: '' }],
  [
    '#/principals/3d0f9407-5800-4aa8-9daf-2bd488899269',
    { view: 'principals', id: '3d0f9407-5800-4aa8-9daf-2bd488899269' },
  ],
  ['#/machines/subscriptions/a/x%', { view: 'machines', id: '/subscriptions/a/x%' }],
  ['#/constructor', { view: '', id: '' }],
] as const)('%s is read as a view', (hash, expected) => {
  expect(parseAddress(hash)).toMatchObject(expected);
});

test('a name that the view does not know has no effect, and is told', () => {
  const { query, unknown } = parseAddress('#/findings?severity=high&colour=red&rule=');

  expect([...query]).toEqual([['severity', 'high']]);
  expect(unknown).toEqual(['colour']);
});
