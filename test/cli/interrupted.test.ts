import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type OutputForm, outputForms, render } from '../../cli/output/render.ts';
import { rowsResult } from '../../cli/output/result.ts';
import { writeChunks } from '../../cli/output/write-chunks.ts';
import { csvLines } from '../../lib/reports/csv.ts';

const rowCount = 20_000;

interface Row {
  readonly name: string;
}

function* cellsOf(rows: Iterable<Row>): Generator<string[]> {
  for (const { name } of rows) yield [name];
}

/** The number of rows that a list reads when Ctrl-C comes at the first row. */
async function takenAfterInterrupt(form: OutputForm, query: string | null, select?: readonly 'name'[]) {
  const interrupt = new AbortController();
  let taken = 0;
  function* rows(): Generator<Row> {
    for (; taken < rowCount; taken += 1) {
      interrupt.abort();
      yield { name: `vm-${taken}` };
    }
  }
  const result = rowsResult(rows(), select, {
    columns: [{ header: 'Name', cell: ({ name }) => name, leastWidth: 4, rank: 0 }],
    csv: (all) => csvLines(['name'], cellsOf(all)),
  });
  const stdout = new PassThrough().resume();
  await expect(
    render(result, { form, query, width: null }).then((chunks) => writeChunks(stdout, chunks, interrupt.signal)),
  ).rejects.toMatchObject({ name: 'AbortError' });
  return taken;
}

test.each(outputForms)('Ctrl-C ends a list as %s long before its last row', async (form) => {
  expect(await takenAfterInterrupt(form, null)).toBeLessThan(rowCount / 2);
});

test.each(outputForms)('Ctrl-C ends a query to be shown as %s long before the last row', async (form) => {
  expect(await takenAfterInterrupt(form, '[].name')).toBeLessThan(rowCount / 2);
});

test('Ctrl-C ends a table of chosen fields long before its last row', async () => {
  expect(await takenAfterInterrupt('table', null, ['name'])).toBeLessThan(rowCount / 2);
});
