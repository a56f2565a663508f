import { virtualMachineIdParts } from '../../lib/azure/resource-manager/resources/virtual-machines.ts';
import { openSession } from '../../lib/azure/session.ts';
import { getLive } from '../../lib/collect/live-machines.ts';
import { getVirtualMachine, iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { NotFoundError } from '../../lib/errors.ts';
import { shellWord } from '../../lib/inventory/commands/shell-word.ts';
import { machineListKinds } from '../../lib/inventory/shown-kinds.ts';
import type { MachineById, VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import { text as name } from '../../lib/parameters/parameter-values.ts';
import type { CommandContext } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { Messages } from '../messages.ts';
import { parseArgument } from '../parse-options.ts';
import { AmbiguousNameError, UsageError } from '../usage-error.ts';
import { reportCompleteness } from './incomplete.ts';
import { listLiveMachines } from './live-machines.ts';
import type { Inventory } from './open-inventory.ts';

/** How a user names a machine. */
export interface MachineReference {
  readonly by: 'id' | 'name';
  readonly text: string;
}

/**
 * Text with a slash is a resource id, because names have no slash.
 * @throws {UsageError} `InvalidId`, `InvalidOption`
 */
export function parseMachineReference(text: string): MachineReference {
  if (!text.includes('/')) return { by: 'name', text: parseArgument('NAME', name, text) };
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+$/i.test(text))
    return { by: 'id', text };
  throw new UsageError('InvalidId', `${text} is not a resource id of a virtual machine`, {
    hint: 'Such an id looks like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachines/NAME',
  });
}

/**
 * The machine with an id or a name; a deleted one if no existing machine has the name.
 * @throws {AmbiguousNameError}
 * @throws {NotFoundError} `VirtualMachineNotFound` no run ever saw it
 */
export function findInInventory(messages: Messages, inventory: Inventory, { by, text }: MachineReference): MachineById {
  const { database, asOf } = inventory;
  if (by === 'id') {
    const machine = getVirtualMachine(database, asOf, text);
    if (machine !== null) return machine;
  } else {
    const named = [...iterateVirtualMachines(database, asOf, { type: 'any', name: text, deleted: 'any' })];
    const existing = named.filter(({ deletedAt }) => deletedAt === null);
    const machine = onlyOne(existing.length > 0 ? existing : named, text);
    if (machine !== null) return machine;
  }
  reportCompleteness(messages, inventory, machineListKinds({ type: 'any' }), {});
  const machine = by === 'id' ? `the machine ${text}` : `a machine with the name '${text}'`;
  throw new NotFoundError('VirtualMachineNotFound', `No run up to ${asOf.runId} has seen ${machine}`, {
    hint: "To list the ids, run: vm-identities list --type any --deleted any --query '[].id' -o tsv",
  });
}

/**
 * The machine with an id or a name, as Azure has it now. A name is searched in every subscription.
 * @throws {AmbiguousNameError}
 * @throws {UsageError} `InvalidId`: the id of another type of machine
 * @throws {NotFoundError} there is no such machine
 */
export async function findLive(
  context: CommandContext,
  { by, text }: MachineReference,
): Promise<{ readonly machine: VirtualMachine; readonly report: () => ExitCode }> {
  if (by === 'id') {
    if (virtualMachineIdParts(text) === null) {
      throw new UsageError(
        'InvalidId',
        `${text} is not the id of a virtual machine; --live reads no other type by id`,
        {
          hint: 'For scale sets and Arc machines, run: vm-identities show NAME --live',
        },
      );
    }
    const session = openSession(context.settings, context.environment);
    const machine = await getLive(session, text, context.signal);
    return { machine, report: () => exitCodes.complete };
  }
  const { machines, report } = await listLiveMachines(context, {}, { type: 'any', name: text });
  const machine = onlyOne(machines, text);
  if (machine !== null) return { machine, report };
  report();
  throw new NotFoundError('VirtualMachineNotFound', `Azure lists no machine with the name '${text}' now`, {
    hint: `To look for it in the inventory, run: vm-identities show ${shellWord(text)}`,
  });
}

/** Ids listed for a name that several machines have. */
const listedAtMost = 50;

/**
 * The only machine with a name; null if there is none.
 * @throws {AmbiguousNameError}
 */
function onlyOne(machines: readonly VirtualMachine[], name: string): VirtualMachine | null {
  if (machines.length <= 1) return machines[0] ?? null;
  const ids = machines.slice(0, listedAtMost).map(({ id }) => id);
  throw new AmbiguousNameError(name, machines.length, ids);
}
