import * as v from 'valibot';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import type { BlindSpot, Coverage } from '../../lib/inventory/coverage.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { asOf } from '../../lib/parameters/fields.ts';
import type { Action } from '../command.ts';
import { type DefineCommand, examples } from '../define-command.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { anyCsv } from '../output/any-csv.ts';
import type { Column } from '../output/table.ts';
import { parseOptions } from '../parse-options.ts';
import { rowsResult } from '../rows-result.ts';

const schema = v.object({ asOf: v.exactOptional(asOf), blindSpots: v.exactOptional(v.boolean()) });

export const defineSubscriptions: DefineCommand = (command, run) => {
  command
    .option('--blind-spots', 'the subscriptions that should be seen and are not')
    .option('--as-of <run|time>', 'as it was after this run, or at this time')
    .action((options: Readonly<Record<string, unknown>>) => run(command, ledger(options)));
  examples(command, [
    ['subscriptions', 'how completely each subscription was read, and when'],
    [
      'subscriptions --query "[?status!=\'complete\'].[subscriptionId,reason.hint]" -o tsv',
      'what would open the others',
    ],
    ['subscriptions --blind-spots', 'what should be seen and is not, with the command that grants Reader'],
  ]);
};

function ledger(given: Readonly<Record<string, unknown>>): Action {
  return async (context) => {
    const options = parseOptions(schema, given);
    return withInventory(context, options.asOf, async (inventory) => {
      const { coverage, blindSpots } = readLedger(inventory.database, inventory.asOf);
      if (options.blindSpots !== true) {
        await context.write(rowsResult(coverage, undefined, { columns: coverageColumns, csv: () => anyCsv(coverage) }));
      } else if (blindSpots === null) {
        await context.write({ kind: 'value', value: null, csv: () => [], table: () => [] });
      } else {
        const presentation = { columns: blindSpotColumns, csv: () => anyCsv(blindSpots) };
        await context.write(rowsResult(blindSpots, undefined, presentation));
      }
      return reportCompleteness(context.messages, inventory, allKinds, {});
    });
  };
}

const coverageColumns: readonly Column<Coverage>[] = [
  { header: 'SubscriptionId', cell: ({ subscriptionId }) => subscriptionId, leastWidth: 36, rank: 0 },
  { header: 'Name', cell: ({ displayName }) => displayName, leastWidth: 10, rank: 2 },
  { header: 'State', cell: ({ state }) => state, leastWidth: 7, rank: 6 },
  { header: 'Status', cell: ({ status }) => status, leastWidth: 8, rank: 1 },
  { header: 'Machines', cell: ({ virtualMachineCount }) => String(virtualMachineCount), leastWidth: 8, rank: 3 },
  { header: 'ReadAt', cell: ({ readAt }) => readAt?.replace(/\.\d+Z$/, 'Z') ?? 'never', leastWidth: 20, rank: 5 },
  { header: 'Reason', cell: ({ reason }) => reason?.code ?? '', leastWidth: 8, rank: 4, optional: true },
  { header: 'Source', cell: ({ source }) => source ?? '', leastWidth: 20, rank: 7, optional: true },
];

const blindSpotColumns: readonly Column<BlindSpot>[] = [
  { header: 'SubscriptionId', cell: ({ subscriptionId }) => subscriptionId, leastWidth: 36, rank: 0 },
  { header: 'Name', cell: ({ displayName }) => displayName ?? '', leastWidth: 10, rank: 1 },
  { header: 'Source', cell: ({ source }) => source, leastWidth: 8, rank: 3 },
  { header: 'Since', cell: ({ since }) => since.replace(/\.\d+Z$/, 'Z'), leastWidth: 20, rank: 2 },
  { header: 'GrantCommand', cell: ({ grantCommand }) => grantCommand, leastWidth: 20, rank: 4 },
];
