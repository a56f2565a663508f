import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLines } from '../../lib/reports/csv.ts';
import { csvOf } from '../../web/parts/csv.ts';

test('cells of a spreadsheet run nothing', () => {
  const cells = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'a;=1', 'a\n"=1', '＝1', 'a "b", c'];
  expect(csvOf([cells])).toBe(`'=1+1,'+1,'-1,'@SUM(A1),'\t'=1,a;'=1,"a\n""'=1",'＝1,"a ""b"", c"\r\n`);
});

test('is the CSV that the API writes', () => {
  const piece = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ';', ',', '"', "'", 'a', '1', '＝', '＠');
  const cell = fc.oneof(
    fc.array(piece).map((pieces) => pieces.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
      const [header = [], ...others] = rows;
      expect(csvOf(rows)).toBe([...csvLines(header, others)].join(''));
    }),
  );
});
