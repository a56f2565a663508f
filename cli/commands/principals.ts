import * as v from 'valibot';
import { iteratePrincipals } from '../../lib/database/queries/principals/principals.ts';
import { principalStates } from '../../lib/inventory/principal.ts';
import { principalListKinds } from '../../lib/inventory/shown-kinds.ts';
import { asOf, selection } from '../../lib/parameters/fields.ts';
import { machineFilterEntries, toMachineFilter } from '../../lib/parameters/machine-filter.ts';
import { principalFields } from '../../lib/parameters/selectable-fields.ts';
import { principalPresentation } from '../columns/principal-columns.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { addFilterOptions, addShapeOptions } from '../filter-options.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { lookUpOne, lookUpSeveral } from '../inventory/look-up-principals.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { optionName, parseOptions } from '../parse-options.ts';
import { linesOf } from '../read-lines.ts';
import { rowsResult } from '../rows-result.ts';
import { UsageError } from '../usage-error.ts';

const shape = { asOf: v.exactOptional(asOf), select: v.exactOptional(selection(principalFields)) };
const listSchema = v.object({
  ...machineFilterEntries,
  ...shape,
  state: v.exactOptional(v.picklist(principalStates, principalStates.join(', '))),
});
const lookUpSchema = v.object(shape);

type Options = Readonly<Record<string, unknown>>;

export const definePrincipals: DefineCommand = (command, run) => {
  command.argument('[ids...]', 'principal ids or client ids; without any, every principal');
  addFilterOptions(command);
  command.option('--state <state>', principalStates.join(', '));
  addShapeOptions(command);
  command
    .option('--stdin', 'read the ids from standard input, one a line')
    .action((ids: readonly string[], options: Options) => run(command, actionFor(ids, options)));
  examples(command, [
    ['principals', 'every managed identity, and the machines it is on'],
    ['principals 6f0f1a2b-0000-4c3d-8e5f-1234567890ab', 'who is behind this principal id or client id'],
    ['principals --stdin < ids.txt', 'many at once; an array with an entry per line'],
    ['principals --state attached -o csv', 'one row per principal and machine'],
  ]);
};

function actionFor(ids: readonly string[], { stdin, ...options }: Options): Action {
  if (ids.length === 0 && stdin !== true) return (context) => list(options)(context);
  return async (context) => {
    if (ids.length > 0 && stdin === true) throw new UsageError('InvalidOption', 'Give ids or --stdin, not both');
    const filter = Object.keys(options).find((name) => name in listSchema.entries && !(name in shape));
    if (filter !== undefined) {
      const option = optionName(filter);
      throw new UsageError('InvalidOption', `${option} goes with the list of all principals, not with ids`);
    }
    const given = parseOptions(lookUpSchema, options);
    if (stdin === true) return lookUpSeveral(context, await linesOf(process.stdin, context.signal), given);
    const [only, ...others] = ids;
    return only !== undefined && others.length === 0
      ? lookUpOne(context, only, given)
      : lookUpSeveral(context, ids, given);
  };
}

function list(given: Options): Action {
  return async (context) => {
    const options = parseOptions(listSchema, given);
    const filter = { ...toMachineFilter(options), ...(options.state === undefined ? {} : { state: options.state }) };
    return withInventory(context, options.asOf, async (inventory) => {
      const principals = iteratePrincipals(inventory.database, inventory.asOf, filter);
      await context.write(rowsResult(principals, options.select, principalPresentation));
      return reportCompleteness(context.messages, inventory, principalListKinds(filter), filter);
    });
  };
}
