import { describe, expect, test } from 'vitest';
import { type Column, table } from '../../cli/output/table.ts';
import { printable, printableLines, truncate, widthOf } from '../../cli/output/terminal-text.ts';

type Row = readonly [name: string, group: string, id: string];

const columns: readonly Column<Row>[] = [
  { header: 'Name', cell: ([name]) => name, leastWidth: 6, rank: 0 },
  { header: 'Group', cell: ([, group]) => group, leastWidth: 5, rank: 2, optional: true },
  { header: 'Id', cell: ([, , id]) => id, leastWidth: 8, rank: 1 },
];
const rows: readonly Row[] = [
  ['web-server-01', 'production', '12345678'],
  ['db', 'test', ''],
];
const lines = (width: number | null, from = rows): string[] => [...table(columns, from, width)].join('').split('\n');

describe('a table', () => {
  test('is as wide as its content without a terminal', () => {
    expect(lines(null)).toEqual([
      'Name           Group       Id',
      '-------------  ----------  --------',
      'web-server-01  production  12345678',
      'db             test',
      '',
    ]);
  });

  test('cuts the least important column first', () => {
    expect(lines(32)[2]).toBe('web-server-01  produc…  12345678');
  });

  test('leaves the least important column out when cutting is not enough', () => {
    expect(lines(16)[2]).toBe('web-s…  12345678');
  });

  test.each([80, 40, 30, 20, 16])('is never wider than %i columns', (width) => {
    expect(Math.max(...lines(width).map(widthOf))).toBeLessThanOrEqual(width);
  });

  test('leaves an optional column out when it is empty', () => {
    expect(lines(null, [['web', '', '1']])[0]).toBe('Name  Id');
  });
});

describe('text for a terminal', () => {
  test('has no control characters: a name cannot move the cursor or colour what follows', () => {
    expect(printable('a\u001b[31mb\r\nc\u202ed')).toBe('a [31mb c d');
  });

  test('has no control characters in several lines either, where they show', () => {
    expect(printableLines('a\tb\r\nc\rd\n\u009b\u061c')).toBe(String.raw`a	b
c\u000dd
\u009b\u061c`);
  });

  test('counts wide characters twice, also when it cuts text', () => {
    expect([widthOf('生产'), widthOf('é'), truncate('生产环境', 5)]).toEqual([4, 1, '生产…']);
  });
});
