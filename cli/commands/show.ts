import * as v from 'valibot';
import type { MachineFilter, ShownKinds } from '../../lib/inventory/query.ts';
import { machineListKinds } from '../../lib/inventory/shown-kinds.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import { asOf, selection } from '../../lib/parameters/fields.ts';
import { virtualMachineFields } from '../../lib/parameters/selectable-fields.ts';
import { virtualMachineCsv } from '../../lib/reports/csv.ts';
import { describeMachine } from '../columns/describe.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { addShapeOptions } from '../filter-options.ts';
import { findInInventory } from '../inventory/find-machine.ts';
import { findLive } from '../inventory/find-machine-live.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { type MachineReference, parseMachineReference } from '../inventory/machine-reference.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { parseOptions } from '../parse-options.ts';
import { valueResult } from '../rows-result.ts';
import { UsageError } from '../usage-error.ts';

const schema = v.object({
  asOf: v.exactOptional(asOf),
  select: v.exactOptional(selection(virtualMachineFields)),
  live: v.exactOptional(v.boolean()),
});

type Options = Readonly<Record<string, unknown>>;

export const defineShow: DefineCommand = (command, run) => {
  command.argument('<id|name>', 'resource id, or name, of a virtual machine');
  addShapeOptions(command);
  command
    .option('--live', 'read Azure now instead of the database; nothing is written')
    .action((idOrName: string, options: Options) => run(command, show(idOrName, options)));
  examples(command, [
    ['show web-01', 'all that is known of a machine'],
    ['show web-01 --query identity.principalId -o tsv', 'its principal id alone, as from az resource show'],
    ['show web-01 --live', 'what Azure says now'],
    ['show web-01 --as-of 2026-11-01', 'as it was on that day'],
  ]);
};

function show(idOrName: string, given: Options): Action {
  return async (context) => {
    const { live, asOf: at, select } = parseOptions(schema, given);
    const reference = parseMachineReference(idOrName);
    const result = (machine: VirtualMachine) =>
      valueResult(machine, select, describeMachine, () => virtualMachineCsv([machine], select));
    if (live === true) {
      if (at !== undefined) throw new UsageError('InvalidOption', '--as-of asks for history; --live has none');
      const { machine, report } = await findLive(context, reference);
      await context.write(result(machine));
      return report();
    }
    return withInventory(context, at, async (inventory) => {
      const machine = findInInventory(context.messages, inventory, reference);
      await context.write(result(machine));
      const [kinds, filter] = drawnOn(reference, machine);
      return reportCompleteness(context.messages, inventory, kinds, filter);
    });
  };
}

/** An id says where its machine is. A name may be another machine's as well, of any type, in any subscription. */
function drawnOn({ by }: MachineReference, { type, subscriptionId }: VirtualMachine): [ShownKinds, MachineFilter] {
  return by === 'name'
    ? [machineListKinds({ type: 'any' }), {}]
    : [machineListKinds({ type }), { subscriptionId: subscriptionId.toLowerCase() }];
}
