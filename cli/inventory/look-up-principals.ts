import { lookupPrincipals } from '../../lib/database/queries/principals/principals.ts';
import { NotFoundError } from '../../lib/errors.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { guid } from '../../lib/parameters/fields.ts';
import { selected } from '../../lib/parameters/select.ts';
import { describePrincipal } from '../columns/describe.ts';
import { principalPresentation } from '../columns/principal-columns.ts';
import type { CommandContext } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { anyTable } from '../output/any-table.ts';
import { table } from '../output/table.ts';
import { parseArgument } from '../parse-options.ts';
import { valueResult } from '../rows-result.ts';
import { reportCompleteness } from './incomplete.ts';
import { withInventory } from './open-inventory.ts';

interface LookUpOptions {
  readonly asOf?: string;
  readonly select?: readonly (keyof Principal & string)[];
}

/**
 * One principal, by principal id or client id, as an object.
 * @throws {NotFoundError} `PrincipalNotFound` no run ever saw it
 */
export async function lookUpOne(context: CommandContext, given: string, options: LookUpOptions): Promise<ExitCode> {
  const id = parseArgument('ID', guid, given);
  return withInventory(context, options.asOf, async (inventory) => {
    const [principal] = lookupPrincipals(inventory.database, inventory.asOf, [id]);
    if (principal === undefined || principal.state === 'neverSeen') {
      reportCompleteness(context.messages, inventory, allKinds, {});
      throw new NotFoundError('PrincipalNotFound', `No run up to ${inventory.asOf.runId} has seen the principal ${id}`);
    }
    await context.write(
      valueResult(principal, options.select, describePrincipal, () =>
        principalPresentation.csv([principal], options.select),
      ),
    );
    return reportCompleteness(context.messages, inventory, allKinds, {});
  });
}

/** Several principals as an array: one entry per id, in the order asked. That one was never seen is an answer, no error. */
export async function lookUpSeveral(
  context: CommandContext,
  given: readonly string[],
  options: LookUpOptions,
): Promise<ExitCode> {
  const ids = given.map((id) => parseArgument('ID', guid, id));
  return withInventory(context, options.asOf, async (inventory) => {
    const found = lookupPrincipals(inventory.database, inventory.asOf, ids);
    const { select } = options;
    const items = found.map((entry) => (entry.state === 'neverSeen' ? entry : selected(entry, select)));
    await context.write({
      kind: 'rows',
      items,
      ordered: select !== undefined,
      csv: () => principalPresentation.csv(found, select),
      table: (width) =>
        select === undefined ? table(principalPresentation.columns, found, width) : anyTable(items, width),
    });
    return reportCompleteness(context.messages, inventory, allKinds, {});
  });
}
