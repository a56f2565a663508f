import * as v from 'valibot';
import { iterateFindings } from '../../lib/database/queries/findings.ts';
import { findingRules, severities } from '../../lib/inventory/finding.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { asOf, selection } from '../../lib/parameters/fields.ts';
import { findingFilterEntries } from '../../lib/parameters/log-filters.ts';
import { findingFields } from '../../lib/parameters/selectable-fields.ts';
import { findingPresentation } from '../columns/finding-columns.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { readAccepted } from '../inventory/accepted-findings.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { parseOptions } from '../parse-options.ts';
import { rowsResult } from '../rows-result.ts';

const schema = v.object({
  ...findingFilterEntries,
  asOf: v.exactOptional(asOf),
  select: v.exactOptional(selection(findingFields)),
});

export const defineFindings: DefineCommand = (command, run) => {
  command
    .optionsGroup('Filters:')
    .option('--rule <name>', findingRules.join(', '))
    .option('--severity <severity>', severities.join(', '))
    .option('--subscription-id <id>', 'on resources of this subscription')
    .option('--principal-id <id>', 'that concern this principal id')
    .option('--stale <value>', 'true: only those that the newest run could not look at; false: only the others')
    .optionsGroup('Shape:')
    .option('--as-of <run|time>', 'as it was after this run, or at this time')
    .option('--select <fields>', 'only these fields, comma-separated')
    .action((options: Readonly<Record<string, unknown>>) => run(command, findings(options)));
  examples(command, [
    ['findings', 'what deserves a look, but for what INVENTORY_ACCEPTED_FINDINGS accepts'],
    ['findings --severity high -o yaml', 'the worst, with the command that puts each right'],
    ["findings --rule danglingIdentity --query '[].remediation' -o tsv", 'the commands alone'],
  ]);
};

function findings(given: Readonly<Record<string, unknown>>): Action {
  return async (context) => {
    const { asOf: at, select, ...filter } = parseOptions(schema, given);
    const accepted = { findings: await readAccepted(context), now: Date.now() };
    return withInventory(context, at, async (inventory) => {
      const rows = iterateFindings(inventory.database, inventory.asOf, filter, accepted);
      await context.write(rowsResult(rows, select, findingPresentation));
      return reportCompleteness(context.messages, inventory, allKinds, filter);
    });
  };
}
