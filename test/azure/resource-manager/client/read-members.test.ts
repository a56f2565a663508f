import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Members, readMembers } from '../../../../lib/azure/resource-manager/client/read-members.ts';
import { caseCount } from '../../../support/cases.ts';

const runs = { numRuns: caseCount('PROPERTY_RUNS', { few: 300, many: 5000 }) };
const names = ['id', 'name', 'Name', 'properties', '__proto__', 'é', ''];

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('any'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...names), tie('any')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).any;
const members: fc.Arbitrary<Members> = fc.letrec<{ any: Members }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constant('all' as const),
    fc
      .array(fc.tuple(fc.constantFrom('id', 'name', 'properties', 'absent'), tie('any')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).any;
const indent = fc.constantFrom('', ' ', '\t', '\r\n');

/** What is left of a parsed value. */
function only(parsed: unknown, read: Members): unknown {
  if (read === 'all' || typeof parsed !== 'object' || parsed === null) return parsed;
  if (Array.isArray(parsed)) return parsed.map((item) => only(item, read));
  const kept = Object.entries(parsed).flatMap(([name, member]): [string, unknown][] => {
    const of = Object.hasOwn(read, name) ? read[name] : undefined;
    return of === undefined ? [] : [[name, only(member, of)]];
  });
  return Object.fromEntries(kept);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('members of an answer', () => {
  test('are those that JSON.parse finds, however the text is written', () => {
    const check = (json: unknown, read: Members, space: string): void => {
      const text = JSON.stringify(json, null, space);
      const found = readMembers(Buffer.from(text), read);

      // Names with an escape are left to JSON.parse.
      if (found !== undefined || !text.includes('\\')) expect(found).toEqual(only(JSON.parse(text), read));
    };

    fc.assert(fc.property(value, members, indent, check), runs);
  });

  test('are never those of a text that is not JSON', () => {
    const bytes = fc.constantFrom(...Buffer.from('"\\{}[],:-+.0123eEtrufalsn u\t\n\u0000\u00ff', 'latin1'));
    const change = fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.array(bytes, { maxLength: 2 }));
    const check = (json: unknown, read: Members, [at, removed, added]: [number, number, number[]]): void => {
      const body = [...Buffer.from(JSON.stringify(json))];
      body.splice(at % body.length, removed, ...added);
      const text = Buffer.from(body).toString();

      const found = readMembers(Buffer.from(body), read);

      if (found !== undefined) expect(found).toEqual(only(parsed(text), read));
    };

    fc.assert(fc.property(value, members, change, check), runs);
  });

  test.each([
    'nul',
    'truex',
    '01',
    '-',
    '1.',
    '1e',
    '+1',
    '.5',
    '"\n"',
    '"\\x"',
    '"\\u12g4"',
    '"',
    '{"id":1,}',
    '{"id"}',
    '{id:1}',
    '[1,]',
    '[1 2]',
    '[1',
    '{"a":1',
    '1 1',
    ']',
    '',
  ])('%j is not JSON', (text) => {
    expect(parsed(text)).toBeUndefined();
    for (const read of ['all', {}, { id: 'all' }] as const) {
      expect(readMembers(Buffer.from(text), read)).toBeUndefined();
      expect(readMembers(Buffer.from(`{"skipped":${text}}`), read)).toBeUndefined();
    }
  });

  test('are read with escapes and characters outside ASCII in values, and such characters in other names', () => {
    const text = '{"id":"\\u00e9\\n\\"é𝄞","é":"\\\\","name":"Kööpenhamina"}';

    expect(readMembers(Buffer.from(text), { id: 'all', name: 'all' })).toEqual({ id: 'é\n"é𝄞', name: 'Kööpenhamina' });
  });

  test.each([
    ['an escape in a name', '{"i\\u0064":1}'],
    ['a byte order mark', '\uFEFF{"id":1}'],
    ['very deep nesting', `{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ])('%s is left to JSON.parse', (_, text) => {
    expect(readMembers(Buffer.from(text), { id: 'all' })).toBeUndefined();
  });

  test('are the same wherever the body begins in memory', () => {
    const text = Buffer.from('{"skipped":["a\\"b"],"id":"vm-0001","name":"é"}');
    const found = [0, 1, 2, 3].map((offset) => {
      const memory = Buffer.concat([Buffer.alloc(offset), text]);
      return readMembers(memory.subarray(offset), { id: 'all', name: 'all' });
    });

    expect(found).toEqual(Array(4).fill({ id: 'vm-0001', name: 'é' }));
  });

  test('that stand twice are the last ones', () => {
    expect(readMembers(Buffer.from('{"id":1,"id":{"name":2}}'), { id: { name: 'all' } })).toEqual({ id: { name: 2 } });
  });
});
