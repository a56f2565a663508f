import * as v from 'valibot';
import { search as find } from '../../lib/database/queries/search/search.ts';
import type { SearchHit } from '../../lib/inventory/search.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { asOf, defaultSearchLimit, searchLimit, searchText } from '../../lib/parameters/parameter-values.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { anyCsv } from '../output/flatten.ts';
import { rowsResult } from '../output/result.ts';
import type { Column } from '../output/table.ts';
import { parseArgument, parseOptions } from '../parse-options.ts';

const schema = v.object({ limit: v.exactOptional(searchLimit), asOf: v.exactOptional(asOf) });

export const define: DefineCommand = (command, run) => {
  command
    .argument('<text>', 'an id, or a part of a name; letter case does not matter')
    .option('--limit <number>', `hits of each kind, from 1 to 20 (default ${defaultSearchLimit})`)
    .option('--as-of <run|time>', 'the state after this run, or at this time')
    .action((text: string, options: Options) => run(command, search(text, options)));
  examples(command, [
    ['search 6f0f1a2b-0000-4c3d-8e5f-1234567890ab', 'whose principal id, client id, VM id or subscription id this is'],
    ['search web', 'machines, identities, resource groups and subscriptions with web in their names'],
    ["search web --query '[?kind==\\'virtualMachine\\'].id' -o tsv", 'the resource ids of the machines among them'],
  ]);
};

function search(given: string, options: Options): Action {
  return async (context) => {
    const text = parseArgument('TEXT', searchText, given);
    const { limit = defaultSearchLimit, asOf: at } = parseOptions(schema, options);
    return withInventory(context, at, async (inventory) => {
      const { value, truncated } = find(inventory.database, inventory.asOf, text, limit);
      await context.write(rowsResult(value, undefined, { columns, csv: () => anyCsv(value) }));
      if (truncated)
        context.messages.line(
          `There are more hits than --limit ${limit} of some kind: use a longer part of the name, or a higher limit`,
        );
      return reportCompleteness(context.messages, inventory, allKinds, {});
    });
  };
}

const columns: readonly Column<SearchHit>[] = [
  { header: 'Kind', cell: ({ kind }) => kind, leastWidth: 14, rank: 2 },
  { header: 'PrincipalId', cell: ({ principalId }) => principalId ?? '', leastWidth: 36, rank: 1 },
  { header: 'Name', cell: ({ label }) => label, leastWidth: 16, rank: 0 },
  { header: 'Detail', cell: ({ detail }) => detail, leastWidth: 30, rank: 3 },
  { header: 'Match', cell: ({ match, exact }) => (exact ? match : `part of ${match}`), leastWidth: 16, rank: 4 },
];
