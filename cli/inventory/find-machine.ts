import { getVirtualMachine, iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { NotFoundError } from '../../lib/errors.ts';
import { machineListKinds } from '../../lib/inventory/shown-kinds.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import type { Messages } from '../messages.ts';
import { AmbiguousNameError } from './ambiguous-name-error.ts';
import { reportCompleteness } from './incomplete.ts';
import type { MachineReference } from './machine-reference.ts';
import type { Inventory } from './open-inventory.ts';

/** Ids listed for a name that fits several machines. */
const listedAtMost = 50;

/**
 * The machine of an id or a name; a deleted one where none of that name exists any more.
 * @throws {AmbiguousNameError}
 * @throws {NotFoundError} `VirtualMachineNotFound` no run ever saw it
 */
export function findInInventory(
  messages: Messages,
  inventory: Inventory,
  { by, text }: MachineReference,
): VirtualMachine {
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
  throw new NotFoundError('VirtualMachineNotFound', `No run up to ${asOf.runId} has seen a virtual machine ${text}`, {
    hint: "Names and ids: vm-identities list --type any --deleted any --query '[].id' -o tsv",
  });
}

/**
 * The only one of the machines of a name; null when there is none.
 * @throws {AmbiguousNameError}
 */
export function onlyOne(machines: readonly VirtualMachine[], name: string): VirtualMachine | null {
  const [machine, ...others] = machines;
  if (machine === undefined) return null;
  if (others.length === 0) return machine;
  const ids = machines.slice(0, listedAtMost).map(({ id }) => id);
  throw new AmbiguousNameError(name, machines.length, ids);
}
