import * as v from 'valibot';
import type { Database } from '../../lib/database/database.ts';
import { iterateChanges } from '../../lib/database/queries/changes.ts';
import { lookupPrincipals } from '../../lib/database/queries/principals/principals.ts';
import type { AsOf } from '../../lib/inventory/query.ts';
import { changeListKinds } from '../../lib/inventory/shown-kinds.ts';
import { changeFilterEntries } from '../../lib/parameters/filters.ts';
import { selection } from '../../lib/parameters/parameter-values.ts';
import { changeFields } from '../../lib/parameters/select.ts';
import { lastSegment } from '../columns/cell-text.ts';
import { changePresentation } from '../columns/change-columns.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { changeRange, withDatabase } from '../inventory/open-inventory.ts';
import { rowsResult } from '../output/result.ts';
import { parseOptions } from '../parse-options.ts';

const schema = v.object({ ...changeFilterEntries, select: v.exactOptional(selection(changeFields)) });

export const define: DefineCommand = (command, run) => {
  command
    .option('--from <run|time>', 'changes after this run or time (default: the run before --to)')
    .option('--to <run|time>', 'changes up to and including this run or time (default: the newest run)')
    .optionsGroup('Filters:')
    .option('--kind <kind>', 'virtualMachineCreated, identityAttached, roleAssigned, …')
    .option('--subscription-id <id>', 'in this subscription')
    .option('--resource-id <id>', 'of this machine, identity, role assignment or subscription')
    .option('--principal-id <id>', 'that concern this principal id')
    .option('--caller <caller>', 'caused by this user, application or managed identity (name or principal id)')
    .optionsGroup('Shape:')
    .option('--select <fields>', 'only these fields, comma-separated')
    .action((options: Options) => run(command, changes(options)));
  examples(command, [
    ['changes', 'what changed between the last two runs'],
    ['changes --from 2026-11-01 --to 2026-11-21', 'between two days'],
    ['changes --kind roleAssigned --from 2026-11-01', 'roles assigned to managed identities since that day'],
    ['changes --from 2026-11-01 --caller ada@example.com', 'what one person did'],
    [
      'changes --from 2026-11-01 --principal-id 6f0f1a2b-0000-4c3d-8e5f-1234567890ab -o yaml',
      'everything about one identity, with all fields',
    ],
  ]);
};

function changes(given: Options): Action {
  return async (context) => {
    const { from, to, select, ...filter } = parseOptions(schema, given);
    return withDatabase(context, async ({ database, damaged }) => {
      const range = changeRange(database, from, to);
      context.messages.detail(`After ${range.from?.runId ?? 'the beginning'}, up to and including ${range.to.runId}`);
      const names = new Map<string, string | null>();
      const presentation = changePresentation((id) => {
        const name = names.has(id) ? (names.get(id) ?? null) : identityName(database, range.to, id);
        names.set(id, name);
        return name;
      });
      await context.write(rowsResult(iterateChanges(database, range, filter), select, presentation));
      const inventory = { database, asOf: range.to, damaged };
      return reportCompleteness(context.messages, inventory, changeListKinds(filter.kind), filter);
    });
  };
}

/** The machines that have an identity now, the first by name; without machines its own name. */
function identityName(database: Database, asOf: AsOf, principalId: string): string | null {
  const [principal] = lookupPrincipals(database, asOf, [principalId]);
  if (principal === undefined || !('virtualMachines' in principal)) return null;
  const [first, ...others] = principal.virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  if (first !== undefined) return others.length === 0 ? first.name : `${first.name} +${others.length}`;
  return principal.identityId === null ? null : lastSegment(principal.identityId);
}
