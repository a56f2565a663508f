import * as v from 'valibot';
import { iterateFindings } from '../../lib/database/queries/findings.ts';
import { findingRules, severities } from '../../lib/inventory/finding.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { findingFilterEntries } from '../../lib/parameters/filters.ts';
import { asOf, selection } from '../../lib/parameters/parameter-values.ts';
import { findingFields } from '../../lib/parameters/select.ts';
import { findingPresentation } from '../columns/finding-columns.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { readAccepted, withInventory } from '../inventory/open-inventory.ts';
import { rowsResult } from '../output/result.ts';
import { parseOptions } from '../parse-options.ts';
import { addShapeOptions } from '../shared-options.ts';

const schema = v.object({
  ...findingFilterEntries,
  asOf: v.exactOptional(asOf),
  select: v.exactOptional(selection(findingFields)),
});

export const define: DefineCommand = (command, run) => {
  command
    .optionsGroup('Filters:')
    .option('--rule <name>', findingRules.join(', '))
    .option('--severity <severity>', severities.join(', '))
    .option('--subscription-id <id>', 'on resources in this subscription')
    .option('--resource-id <id>', 'on this resource')
    .option('--principal-id <id>', 'that concern this principal id')
    .option('--stale <value>', 'true: only those that the newest run could not check; false: only the others')
    .action((options: Options) => run(command, findings(options)));
  addShapeOptions(command);
  examples(command, [
    ['findings', 'every finding except those accepted by INVENTORY_ACCEPTED_FINDINGS'],
    ['findings --severity high -o yaml', 'the most severe ones, each with the command that fixes it'],
    ["findings --rule danglingIdentity --query '[].remediation' -o tsv", 'only the commands'],
  ]);
};

function findings(given: Options): Action {
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
