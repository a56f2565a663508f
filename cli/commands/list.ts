import * as v from 'valibot';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { machineListKinds } from '../../lib/inventory/shown-kinds.ts';
import { virtualMachineFields } from '../../lib/inventory/virtual-machine.ts';
import { machineFilterEntries, orderBy, toMachineFilter } from '../../lib/parameters/filters.ts';
import { asOf, selection } from '../../lib/parameters/parameter-values.ts';
import { virtualMachineCsv } from '../../lib/reports/csv.ts';
import { machineColumns } from '../columns/machine-columns.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { checkFilter, reportCompleteness } from '../inventory/incomplete.ts';
import { listLiveMachines } from '../inventory/live-machines.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { rowsResult } from '../output/result.ts';
import { parseOptions } from '../parse-options.ts';
import { addFilterOptions, addShapeOptions } from '../shared-options.ts';

const schema = v.object({
  ...machineFilterEntries,
  asOf: v.exactOptional(asOf),
  select: v.exactOptional(selection(virtualMachineFields)),
  orderby: v.exactOptional(orderBy),
  live: v.exactOptional(v.boolean()),
});

export const define: DefineCommand = (command, run) => {
  addFilterOptions(command);
  addShapeOptions(command);
  command
    .option('--orderby <field>', 'name, subscriptionId, location or timeCreated; "name desc" reverses the order')
    .option('--live', 'read Azure now instead of the database; nothing is stored')
    .action((options: Options) => run(command, list(options)));
  examples(command, [
    ['list', 'every virtual machine and its principal ids'],
    ["list --query '[].identity.principalId' -o tsv", 'principal ids of the system-assigned identities, one per line'],
    [
      'list --identity-type any --power-state running --tag env=prod',
      'running production machines that have an identity',
    ],
    [
      'list --principal-id 6f0f1a2b-0000-4c3d-8e5f-1234567890ab',
      'the machines behind a principal id from a sign-in log',
    ],
    ['list --as-of 2026-11-01 --select name,principalIds -o csv', 'two fields of the state on that day, as CSV'],
    ['list --live --subscription-id 11111111-2222-3333-4444-555555555555', 'the machines that Azure lists now'],
  ]);
};

function list(given: Options): Action {
  return async (context) => {
    const options = parseOptions(schema, given);
    const { select, orderby } = options;
    const filter = toMachineFilter(options);
    const presentation = { columns: machineColumns, csv: virtualMachineCsv };
    if (options.live === true) {
      const { machines, report } = await listLiveMachines(context, options, filter);
      await context.write(rowsResult(machines, select, presentation));
      return report();
    }
    return withInventory(context, options.asOf, async (inventory) => {
      checkFilter(context.messages, inventory, machineListKinds(filter), filter);
      const machines = iterateVirtualMachines(inventory.database, inventory.asOf, filter, orderby);
      await context.write(rowsResult(machines, select, presentation));
      return reportCompleteness(context.messages, inventory, machineListKinds(filter), filter);
    });
  };
}
