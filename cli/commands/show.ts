import * as v from 'valibot';
import type { MachineFilter, ShownKinds } from '../../lib/inventory/query.ts';
import { machineListKinds } from '../../lib/inventory/shown-kinds.ts';
import { type MachineById, machineByIdFields } from '../../lib/inventory/virtual-machine.ts';
import { asOf, selection } from '../../lib/parameters/parameter-values.ts';
import { machineByIdCsv } from '../../lib/reports/csv.ts';
import { describeMachine } from '../columns/machine-columns.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { findInInventory, findLive, type MachineReference, parseMachineReference } from '../inventory/find-machine.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { refuseAsOf } from '../inventory/live-machines.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { valueResult } from '../output/result.ts';
import { parseOptions } from '../parse-options.ts';
import { addShapeOptions } from '../shared-options.ts';

const schema = v.object({
  asOf: v.exactOptional(asOf),
  select: v.exactOptional(selection(machineByIdFields)),
  live: v.exactOptional(v.boolean()),
});

export const define: DefineCommand = (command, run) => {
  command.argument('<id|name>', 'the resource id or the name of a virtual machine');
  addShapeOptions(command);
  command
    .option('--live', 'read Azure now instead of the database; nothing is stored')
    .action((idOrName: string, options: Options) => run(command, show(idOrName, options)));
  examples(command, [
    ['show web-01', 'all fields of a machine'],
    ['show web-01 --query identity.principalId -o tsv', 'only its principal id, as az resource show prints it'],
    ['show web-01 --live', 'the machine as Azure shows it now'],
    ['show web-01 --as-of 2026-11-01', 'the machine as it was on that day'],
  ]);
};

function show(idOrName: string, given: Options): Action {
  return async (context) => {
    const { live, asOf: at, select } = parseOptions(schema, given);
    const reference = parseMachineReference(idOrName);
    const result = (machine: MachineById) =>
      valueResult(machine, select, describeMachine, () => machineByIdCsv(machine, select));
    if (live === true) {
      refuseAsOf(at);
      const { machine, report } = await findLive(context, reference);
      await context.write(result(machine));
      return report();
    }
    return withInventory(context, at, async (inventory) => {
      const machine = findInInventory(context.messages, inventory, reference);
      await context.write(result(machine));
      const [kinds, filter] = scopeOf(reference, machine);
      return reportCompleteness(context.messages, inventory, kinds, filter);
    });
  };
}

/** An id names one subscription. A name may belong to a machine of any type in any subscription. */
function scopeOf({ by }: MachineReference, { type, subscriptionId }: MachineById): [ShownKinds, MachineFilter] {
  return by === 'name'
    ? [machineListKinds({ type: 'any' }), {}]
    : [machineListKinds({ type }), { subscriptionId: subscriptionId.toLowerCase() }];
}
