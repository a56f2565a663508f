import { text as name } from '../../lib/parameters/fields.ts';
import { parseArgument } from '../parse-options.ts';
import { UsageError } from '../usage-error.ts';

/** How a user names a machine. */
export interface MachineReference {
  readonly by: 'id' | 'name';
  readonly text: string;
}

/**
 * A name never has a slash; what has one is meant as a resource id.
 * @throws {UsageError} `InvalidId`, `InvalidOption`
 */
export function parseMachineReference(text: string): MachineReference {
  if (!text.includes('/')) return { by: 'name', text: parseArgument('NAME', name, text) };
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+$/i.test(text))
    return { by: 'id', text };
  throw new UsageError('InvalidId', `${text} is no resource id of a virtual machine`, {
    hint: 'One looks like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachines/NAME',
  });
}
