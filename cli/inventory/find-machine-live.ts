import { virtualMachineIdParts } from '../../lib/azure/resource-manager/resources/to-machine-reading.ts';
import { openSession } from '../../lib/azure/session.ts';
import { getLive } from '../../lib/collect/live.ts';
import { NotFoundError } from '../../lib/errors.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import type { CommandContext } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { UsageError } from '../usage-error.ts';
import { onlyOne } from './find-machine.ts';
import { listLiveMachines } from './live-machines.ts';
import type { MachineReference } from './machine-reference.ts';

/**
 * The machine of an id or a name, as Azure has it now. A name is looked for in every subscription.
 * @throws {AmbiguousNameError}
 * @throws {UsageError} `InvalidId`: of another type of machine
 * @throws {NotFoundError} there is none
 */
export async function findLive(
  context: CommandContext,
  { by, text }: MachineReference,
): Promise<{ readonly machine: VirtualMachine; readonly report: () => ExitCode }> {
  if (by === 'id') {
    if (virtualMachineIdParts(text) === null) {
      throw new UsageError('InvalidId', `${text} is no id of a virtual machine, which is all that --live reads by id`, {
        hint: 'Scale sets and Arc machines: vm-identities show NAME --live, or list --live --type any',
      });
    }
    const session = openSession(context.settings, context.environment);
    const machine = await getLive(session, text, context.signal);
    return { machine, report: () => exitCodes.complete };
  }
  const { machines, report } = await listLiveMachines(context, {}, { type: 'any', name: text });
  const machine = onlyOne(machines, text);
  if (machine !== null) return { machine, report };
  report();
  throw new NotFoundError('VirtualMachineNotFound', `No virtual machine ${text} is visible now`, {
    hint: `It may be in the inventory: vm-identities show ${text}`,
  });
}
