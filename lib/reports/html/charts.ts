import type { ReportSource } from '../../inventory/report.ts';
import { htmlText } from './html-text.ts';

/** The value to count of each row, by the title of the chart. */
type Counted<Row> = Readonly<Record<string, (row: Row) => string>>;

/** The order of the bars, if it is not by length. Findings come with high severity first. */
const orders: Readonly<Record<string, BarOrder>> = {
  'By day': 'name',
  'By number of machines': 'name',
  'By number of role assignments': 'name',
  'By severity': 'given',
};
/** Rows to count before other work may run. */
const rowsPerTurn = 500;

/** The charts of a report, over all its rows. Yields empty strings while it counts, so that other work may run. */
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

/** The count of each name. */
type Tally = ReadonlyMap<string, number>;

type BarOrder = 'length' | 'name' | 'given';

const barsAtMost = 10;
const barsInOrderAtMost = 31;
const barHeight = 24;
const labelWidth = 200;
const barWidth = 220;

/**
 * A chart of horizontal bars.
 * @param order `length`: longest first, one bar for all beyond ten; `name`: by name (days, ranges), one bar for all
 *   before the last 31; `given`: in the order of the tally
 */
function barChart(title: string, tally: Tally, order: BarOrder): string {
  const bars = { length: longest, name: latest, given: (all: Tally) => [...all] }[order](tally);
  const most = Math.max(1, ...bars.map(([, count]) => count));
  const height = bars.length * barHeight;
  const described = bars.map(([name, count]) => `${name}: ${count}`).join(', ');
  const drawn = bars.map(([name, count], index) => {
    const y = index * barHeight;
    const width = Math.max(1, Math.round((count / most) * barWidth));
    return (
      `<text class="label" x="${labelWidth - 8}" y="${y + 16}">${htmlText(short(name))}<title>${htmlText(name)}</title></text>` +
      `<rect x="${labelWidth}" y="${y + 4}" width="${width}" height="${barHeight - 8}" rx="2"/>` +
      `<text x="${labelWidth + width + 6}" y="${y + 16}">${count.toLocaleString('en')}</text>`
    );
  });
  const size = `viewBox="0 0 ${labelWidth + barWidth + 80} ${Math.max(height, barHeight)}"`;
  const svg = `<svg ${size} role="img" aria-label="${htmlText(`${title}. ${described}`)}">${drawn.join('')}</svg>`;
  return `<figure><figcaption>${htmlText(title)}</figcaption>${bars.length === 0 ? '<p>none</p>' : svg}</figure>`;
}

type Bar = readonly [string, number];

function longest(tally: Tally): Bar[] {
  const sorted = [...tally].toSorted(([, a], [, b]) => b - a);
  if (sorted.length <= barsAtMost) return sorted;
  const others = sorted.slice(barsAtMost - 1);
  return [...sorted.slice(0, barsAtMost - 1), [`${others.length} others`, sum(others)]];
}

function latest(tally: Tally): Bar[] {
  const sorted = [...tally].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length <= barsInOrderAtMost) return sorted;
  const earlier = sorted.slice(0, 1 - barsInOrderAtMost);
  return [[`${earlier.length} before`, sum(earlier)], ...sorted.slice(1 - barsInOrderAtMost)];
}

function sum(bars: readonly Bar[]): number {
  return bars.reduce((total, [, count]) => total + count, 0);
}

function short(name: string): string {
  const characters = [...name];
  return characters.length <= 28 ? name : `${characters.slice(0, 27).join('')}…`;
}
