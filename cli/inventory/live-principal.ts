import { openSession } from '../../lib/azure/session.ts';
import { readLiveAccess } from '../../lib/collect/live-access.ts';
import { lookupPrincipals } from '../../lib/database/queries/principals/principals.ts';
import { hasCode } from '../../lib/errors.ts';
import { type LivePrincipal, toLivePrincipal } from '../../lib/inventory/live-principal.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import type { CommandContext } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { reportLive } from './live-machines.ts';
import { withInventory } from './open-inventory.ts';

/**
 * A principal with the role assignments that Azure lists now; nothing is stored. Azure knows principal ids only: a
 * client id is looked up in the inventory, and an id that the inventory does not know is a principal id.
 * @param id a GUID
 * @throws {NoTokenError}
 */
export async function readLivePrincipal(
  context: CommandContext,
  id: string,
): Promise<{ readonly principal: LivePrincipal; readonly report: () => ExitCode }> {
  const { settings, environment, messages, signal } = context;
  const known = await findNow(context, id);
  if (known === null) messages.line(`note: no run has seen ${id}, so it is read as a principal id (not a client id)`);
  const principalId = known?.principalId ?? id;
  const session = openSession(settings, environment);
  const access = await readLiveAccess({ session, settings, principalId, signal });
  return {
    principal: toLivePrincipal(principalId, known, access),
    report: () => reportLive(messages, access, ['roleAssignments']),
  };
}

/** What the newest run knows of a principal; null = nothing, or there is no database yet. */
async function findNow(context: CommandContext, id: string): Promise<Principal | null> {
  try {
    return await withInventory(context, undefined, async ({ database, asOf }) => {
      const [found] = lookupPrincipals(database, asOf, [id]);
      return found === undefined || found.state === 'neverSeen' ? null : found;
    });
  } catch (error) {
    if (!hasCode(error, 'NoDatabase', 'InventoryNotReady')) throw error;
    return null;
  }
}
