import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyBuffer } from '../../../../../lib/azure/resource-manager/client/body-buffer.ts';
import { InvalidResponseError } from '../../../../../lib/azure/resource-manager/client/errors.ts';
import {
  MemberFilter,
  type Members,
  type SomeMembers,
} from '../../../../../lib/azure/resource-manager/client/members/member-filter.ts';
import { caseCount } from '../../../../support/cases.ts';

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
const someMembers: fc.Arbitrary<SomeMembers> = fc.letrec<{ some: SomeMembers }>((tie) => ({
  some: fc
    .array(
      fc.tuple(
        fc.constantFrom('id', 'name', 'properties', 'é', 'absent'),
        fc.oneof({ maxDepth: 3 }, fc.constant('all' as const), tie('some')),
      ),
      { maxLength: 4 },
    )
    .map((entries) => Object.fromEntries(entries)),
})).some;
const indent = fc.constantFrom('', ' ', '\t', '\r\n');

/** Where a body is cut into chunks. */
const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 6 });

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

/** @param at where the body is cut into chunks */
function readChunks(body: Buffer, read: SomeMembers, at: readonly number[] = []): unknown {
  const filter = new MemberFilter(new BodyBuffer(), read);
  let from = 0;
  for (const to of [...at, body.length].toSorted((a, b) => a - b)) {
    // Copies, so that nothing of a chunk is used after it was added.
    const chunk = Buffer.from(body.subarray(from, to));
    filter.add(chunk);
    chunk.fill(0xff);
    from = Math.max(from, to);
  }
  return filter.end('https://management.azure.com/list?api-version=1');
}

const readText = (text: string, read: SomeMembers, at?: readonly number[]) => readChunks(Buffer.from(text), read, at);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('members of an answer', () => {
  test('are those that JSON.parse finds, however the text is written and wherever it is cut into chunks', () => {
    const check = (json: unknown, read: SomeMembers, space: string, at: readonly number[]): void => {
      const text = JSON.stringify(json, null, space);
      // Where a name has an escape, more may remain.
      const found = only(readText(text, read, at), read);

      expect(found).toEqual(only(JSON.parse(text), read));
    };

    fc.assert(fc.property(value, someMembers, indent, cuts, check), runs);
  });

  test('are the same in chunks of one byte', () => {
    const text = '\uFEFF {"skipped":[-1.5e+3,true,{"a\\"b":null}],"id":"vm-0001","name":{"é":[false, 0 ]} }\r\n';
    const every = Array.from(Buffer.from(text).keys());

    expect(readText(text, { id: 'all', name: { é: 'all' } }, every)).toEqual({
      id: 'vm-0001',
      name: { é: [false, 0] },
    });
  });

  test('are never those of a text that is not JSON', () => {
    const bytes = fc.constantFrom(...Buffer.from('"\\{}[],:-+.0123eEtrufalsn u\t\n\u0000\u00ff', 'latin1'));
    const change = fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.array(bytes, { maxLength: 2 }));
    const check = (
      json: unknown,
      read: SomeMembers,
      [at, removed, added]: [number, number, number[]],
      cut: number[],
    ): void => {
      const body = [...Buffer.from(JSON.stringify(json))];
      body.splice(at % body.length, removed, ...added);
      const expected = parsed(Buffer.from(body).toString());

      if (expected === undefined) expect(() => readChunks(Buffer.from(body), read, cut)).toThrow(InvalidResponseError);
      else expect(only(readChunks(Buffer.from(body), read, cut), read)).toEqual(only(expected, read));
    };

    fc.assert(fc.property(value, someMembers, change, cuts, check), runs);
  });

  test.each([
    'nul,',
    'truex',
    '01',
    '-,',
    '1.,',
    '1e,',
    '+1',
    '.5',
    '"\n"',
    '"\\x"',
    '"\\u12g4"',
    '{"id":1,}',
    '{"id"}',
    '{id:1}',
    '[1,]',
    '[1 2]',
    '[1}',
    '1 1',
    ']',
    '\u00ef',
  ])('%j is not JSON', (text) => {
    expect(parsed(text)).toBeUndefined();
    const refusal = { message: 'The answer to /list is not JSON', cutOff: false };
    for (const read of [{}, { id: 'all' }, { read: 'all' }] as const) {
      expect(() => readText(`{"read":${text}}`, read)).toThrow(expect.objectContaining(refusal));
    }
  });

  test('are read with escapes and characters outside ASCII', () => {
    const text = '{"id":"\\u00e9\\n\\"é𝄞","é":"\\\\","n\\u0061me":"Kööpenhamina"}';

    expect(readText(text, { id: 'all', name: 'all' })).toEqual({ id: 'é\n"é𝄞', name: 'Kööpenhamina' });
  });

  test.each([
    ['an object', '{}', {}],
    ['a list', '[{"id":1,"name":2}]', [{ id: 1 }]],
    ['a text', '"a"', 'a'],
    ['a number', '12', 12],
    ['a literal', 'null', null],
  ])('%s can be the whole body', (_, text, found) => {
    expect(readText(text, { id: 'all' })).toEqual(found);
  });

  test('that stand twice are the last ones', () => {
    expect(readText('{"id":1,"id":{"name":2}}', { id: { name: 'all' } })).toEqual({ id: { name: 2 } });
  });
});

describe('an answer that is cut off', () => {
  test('says so at each byte, and is asked for again', () => {
    const text = '{"skipped":[-1.5e+3,true,{"a\\u00e9b":null}],"value":[{"id":"vm-0001","é":1}]}';
    const body = Buffer.from(text);
    for (let size = 1; size < body.length; size++) {
      const refusal = { message: `The answer to /list was cut off after ${size} bytes`, cutOff: true };
      expect(() => readChunks(body.subarray(0, size), { value: { id: 'all' } })).toThrow(
        expect.objectContaining(refusal),
      );
    }
  });

  test.each(['', ' \r\n'])('and has nothing but %j is empty', (text) => {
    const refusal = { message: 'The answer to /list is empty', cutOff: true };
    expect(() => readText(text, { id: 'all' })).toThrow(expect.objectContaining(refusal));
  });
});

describe('an answer that nobody at Azure sends', () => {
  test('may have 250 levels, and no more', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

    expect(readText(nested(250), { id: 'all' })).toEqual(JSON.parse(nested(250)));
    expect(() => readText(nested(251), { id: 'all' })).toThrow('The answer to /list has more than 250 levels');
  });

  test('may have a text of any length, and no name of more than 64 kB', () => {
    const id = 'x'.repeat(2 ** 22);
    const body = `{"skipped":"${id}","id":"${id}","tags":{"${id}":1}}`;
    const cuts = Array.from({ length: 200 }, (_, index) => index * 65_536);

    expect(readText(body, { id: 'all', tags: 'all' }, cuts)).toEqual({ id, tags: { [id]: 1 } });
    expect(() => readText(`{"${id}":1}`, { id: 'all' }, cuts)).toThrow('has a name or a number of more than 64 kB');
  });

  test('is read in memory that stays as small as it is', () => {
    const body = new BodyBuffer();
    const filter = new MemberFilter(body, { value: { id: 'all' } });
    const item = Buffer.from(`{"id":"1","skipped":"${'x'.repeat(60_000)}"},`);
    filter.add(Buffer.from('{"value":['));
    for (let count = 0; count < 1000; count++) filter.add(item);
    filter.add(Buffer.from('{}]}'));

    expect(body.size).toBeLessThan(20_000);
    expect(filter.end('https://management.azure.com/list')).toMatchObject({ value: { length: 1001 } });
  });
});
