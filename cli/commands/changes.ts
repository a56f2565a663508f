import * as v from 'valibot';
import { iterateChanges } from '../../lib/database/queries/changes.ts';
import { changeListKinds } from '../../lib/inventory/shown-kinds.ts';
import { selection } from '../../lib/parameters/fields.ts';
import { changeFilterEntries } from '../../lib/parameters/log-filters.ts';
import { changeFields } from '../../lib/parameters/selectable-fields.ts';
import { changePresentation } from '../columns/change-columns.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { changeRange } from '../inventory/change-range.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { withDatabase } from '../inventory/open-inventory.ts';
import { parseOptions } from '../parse-options.ts';
import { rowsResult } from '../rows-result.ts';

const schema = v.object({ ...changeFilterEntries, select: v.exactOptional(selection(changeFields)) });

export const defineChanges: DefineCommand = (command, run) => {
  command
    .option('--from <run|time>', 'changes after this run or time (default: the run before the other one)')
    .option('--to <run|time>', 'up to and including this run or time (default: the newest)')
    .optionsGroup('Filters:')
    .option('--kind <kind>', 'virtualMachineCreated, identityAttached, roleAssigned, …')
    .option('--subscription-id <id>', 'of this subscription')
    .option('--resource-id <id>', 'of this machine, identity, role assignment or subscription')
    .option('--principal-id <id>', 'that concern this principal id')
    .optionsGroup('Shape:')
    .option('--select <fields>', 'only these fields, comma-separated')
    .action((options: Readonly<Record<string, unknown>>) => run(command, changes(options)));
  examples(command, [
    ['changes', 'what changed between the last two runs'],
    ['changes --from 2026-11-01 --to 2026-11-21', 'between two days'],
    ['changes --kind roleAssigned --from 2026-11-01', 'roles that managed identities were given since then'],
    [
      'changes --from 2026-11-01 --principal-id 6f0f1a2b-0000-4c3d-8e5f-1234567890ab -o yaml',
      'all that concerns one identity, in full',
    ],
  ]);
};

function changes(given: Readonly<Record<string, unknown>>): Action {
  return async (context) => {
    const { from, to, select, ...filter } = parseOptions(schema, given);
    return withDatabase(context, async ({ database, damaged }) => {
      const range = changeRange(database, from, to);
      context.messages.detail(`After ${range.from?.runId ?? 'the beginning'}, up to and including ${range.to.runId}`);
      await context.write(rowsResult(iterateChanges(database, range, filter), select, changePresentation));
      const inventory = { database, asOf: range.to, damaged };
      return reportCompleteness(context.messages, inventory, changeListKinds(filter.kind), filter);
    });
  };
}
