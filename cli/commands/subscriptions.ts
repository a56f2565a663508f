import * as v from 'valibot';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { type BlindSpot, type Coverage, coverageStatuses } from '../../lib/inventory/coverage.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { coverageFilterEntries } from '../../lib/parameters/filters.ts';
import { asOf } from '../../lib/parameters/parameter-values.ts';
import { timeText } from '../columns/cell-text.ts';
import { type Action, type DefineCommand, examples, type Options } from '../command.ts';
import { reportCompleteness } from '../inventory/incomplete.ts';
import { withInventory } from '../inventory/open-inventory.ts';
import { anyCsv } from '../output/flatten.ts';
import { rowsResult } from '../output/result.ts';
import type { Column } from '../output/table.ts';
import { parseOptions } from '../parse-options.ts';
import { UsageError } from '../usage-error.ts';

const schema = v.object({
  ...coverageFilterEntries,
  asOf: v.exactOptional(asOf),
  blindSpots: v.exactOptional(v.boolean()),
});

export const define: DefineCommand = (command, run) => {
  command
    .option('--status <status>', `only those that were read like this: ${coverageStatuses.join(', ')}`)
    .option('--blind-spots', 'only the subscriptions that should be visible and are not')
    .option('--as-of <run|time>', 'the state after this run, or at this time')
    .action((options: Options) => run(command, ledger(options)));
  examples(command, [
    ['subscriptions', 'how completely each subscription was read, and when'],
    [
      'subscriptions --query "[?status!=\'complete\'].[subscriptionId,reason.hint]" -o tsv',
      'how to get access to the others',
    ],
    [
      "subscriptions --status denied --query '[].grantCommand' -o tsv",
      'the commands that grant Reader on the denied ones',
    ],
    ['subscriptions --blind-spots', 'the blind spots, each with the command that grants Reader'],
  ]);
};

function ledger(given: Options): Action {
  return async (context) => {
    const { status, ...options } = parseOptions(schema, given);
    if (status !== undefined && options.blindSpots === true) {
      throw new UsageError('InvalidOption', 'Use --status or --blind-spots, not both: blind spots have no status');
    }
    return withInventory(context, options.asOf, async (inventory) => {
      const { coverage: all, blindSpots } = readLedger(inventory.database, inventory.asOf);
      const coverage = all.filter((row) => status === undefined || row.status === status);
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
  { header: 'ReadAt', cell: ({ readAt }) => timeText(readAt ?? 'never'), leastWidth: 20, rank: 5 },
  { header: 'Reason', cell: ({ reason }) => reason?.code ?? '', leastWidth: 8, rank: 4, optional: true },
  { header: 'Source', cell: ({ source }) => source ?? '', leastWidth: 20, rank: 7, optional: true },
];

const blindSpotColumns: readonly Column<BlindSpot>[] = [
  { header: 'SubscriptionId', cell: ({ subscriptionId }) => subscriptionId, leastWidth: 36, rank: 0 },
  { header: 'Name', cell: ({ displayName }) => displayName ?? '', leastWidth: 10, rank: 1 },
  { header: 'Source', cell: ({ source }) => source, leastWidth: 8, rank: 3 },
  { header: 'Since', cell: ({ since }) => timeText(since), leastWidth: 20, rank: 2 },
  { header: 'GrantCommand', cell: ({ grantCommand }) => grantCommand, leastWidth: 20, rank: 4 },
];
