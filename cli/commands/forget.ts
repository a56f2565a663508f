import * as v from 'valibot';
import { forgetInFile } from '../../lib/collect/forget.ts';
import { guid, text } from '../../lib/http/parameters/fields.ts';
import type { Action } from '../command-context.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { describeRun } from '../describe-run.ts';
import { exitCodes } from '../exit-code.ts';
import { existing, isUrl } from '../open-inventory.ts';
import { parseArgument, parseOptions } from '../parse-options.ts';
import { valueResult } from '../rows-result.ts';
import { UsageError } from '../usage-error.ts';

const schema = v.object({ reason: text });

export const defineForget: DefineCommand = (command, run) => {
  command
    .argument('<id>', 'id of a subscription that is no longer visible')
    .requiredOption('--reason <text>', 'why: it is kept in the history')
    .action((id: string, options: Readonly<Record<string, unknown>>) => run(command, forget(id, options)));
  examples(command, [
    [
      'forget 11111111-2222-3333-4444-555555555555 --reason "cancelled in October"',
      'it was cancelled: its machines end, and it is no blind spot any more',
    ],
  ]);
};

function forget(given: string, options: Readonly<Record<string, unknown>>): Action {
  return async (context) => {
    const id = parseArgument('ID', guid, given);
    const { reason } = parseOptions(schema, options);
    const { database } = context.options;
    if (isUrl(database))
      throw new UsageError('InvalidOption', `forget writes into a file, and --database is ${database}`);
    const run = forgetInFile(existing(database), id, reason);
    await context.write(valueResult(run, undefined, describeRun));
    return exitCodes.complete;
  };
}
