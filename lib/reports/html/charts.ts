import type { ReportSource } from '../../inventory/report.ts';
import { type BarOrder, barChart } from './bar-chart.ts';

/** What is counted of the rows of a report, by the chart's title. */
type Counted<Row> = Readonly<Record<string, (row: Row) => string>>;

/** Where it is not by length. Findings come with the worst first. */
const orders: Readonly<Record<string, BarOrder>> = {
  'By day': 'name',
  'By number of machines': 'name',
  'By number of role assignments': 'name',
  'By severity': 'given',
};
/** Rows counted before others have their turn. */
const rowsPerTurn = 500;

/** The charts of a report, over every row that it has. Empty strings while it counts: each is a pause. */
export function* charts(source: ReportSource): Generator<string, { readonly rows: number }> {
  switch (source.name) {
    case 'virtualMachines':
      return yield* chartsOf(source.virtualMachines(), {
        'By kind of identity': ({ identity }) => identity.type,
        'By subscription': ({ subscriptionName }) => subscriptionName,
        'By location': ({ location }) => location,
        'By power state': ({ powerState }) => powerState?.replace(/^PowerState\//i, '') ?? 'not read',
      });
    case 'principals':
      return yield* chartsOf(source.principals(), {
        'By state': ({ state }) => state,
        'By kind': ({ kind }) => kind,
        'By number of machines': ({ virtualMachines }) =>
          range(virtualMachines.filter(({ detachedAt }) => detachedAt === null).length),
        'By number of role assignments': ({ roleAssignments }) => range(roleAssignments.length),
      });
    case 'changes':
      return yield* chartsOf(source.changes(), {
        'By kind': ({ kind }) => kind,
        'By day': ({ at }) => at.slice(0, 10),
      });
    case 'findings':
      return yield* chartsOf(source.findings(), {
        'By severity': ({ severity }) => severity,
        'By rule': ({ rule }) => rule,
      });
  }
}

function* chartsOf<Row>(rows: Iterable<Row>, counted: Counted<Row>): Generator<string, { readonly rows: number }> {
  const tallies = Object.entries(counted).map(([title, of]) => ({ title, of, tally: new Map<string, number>() }));
  let count = 0;
  for (const row of rows) {
    for (const { of, tally } of tallies) tally.set(of(row), (tally.get(of(row)) ?? 0) + 1);
    count += 1;
    if (count % rowsPerTurn === 0) yield '';
  }
  yield `<div class="charts">${tallies.map(({ title, tally }) => barChart(title, tally, orders[title] ?? 'length')).join('')}</div>`;
  return { rows: count };
}

function range(count: number): string {
  if (count < 2) return String(count);
  return count <= 10 ? '2 to 10' : 'more than 10';
}
