import { listRuns } from '../../lib/database/queries/runs.ts';
import { runPresentation } from '../columns/run-columns.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { exitCodes } from '../exit-code.ts';
import { withDatabase } from '../inventory/open-inventory.ts';
import { anyCsv } from '../output/any-csv.ts';
import { rowsResult } from '../rows-result.ts';

export const defineRuns: DefineCommand = (command, run) => {
  command.action(() => run(command, listAll));
  examples(command, [
    ['runs', 'the runs in the database, the newest first'],
    ["runs --query '[0].id' -o tsv", 'id of the newest, for --as-of'],
  ]);
};

const listAll: Action = (context) =>
  withDatabase(context, async ({ database, damaged }) => {
    const runs = listRuns(database);
    await context.write(rowsResult(runs, undefined, { ...runPresentation, csv: () => anyCsv(runs) }));
    return damaged ? exitCodes.incomplete : exitCodes.complete;
  });
