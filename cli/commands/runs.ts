import { listRuns } from '../../lib/database/queries/runs.ts';
import { runPresentation } from '../columns/run-columns.ts';
import { type Action, type DefineCommand, examples } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { withDatabase } from '../inventory/open-inventory.ts';
import { anyCsv } from '../output/flatten.ts';
import { rowsResult } from '../output/result.ts';

export const define: DefineCommand = (command, run) => {
  command.action(() => run(command, listAll));
  examples(command, [
    ['runs', 'the runs in the database, newest first'],
    ["runs --query '[0].id' -o tsv", 'the id of the newest run, for --as-of'],
  ]);
};

const listAll: Action = (context) =>
  withDatabase(context, async ({ database, damaged }) => {
    const runs = listRuns(database);
    await context.write(rowsResult(runs, undefined, { ...runPresentation, csv: () => anyCsv(runs) }));
    return damaged ? exitCodes.incomplete : exitCodes.complete;
  });
