import { htmlText } from './html-text.ts';

/** How often each name came up. */
export type Tally = ReadonlyMap<string, number>;

export type BarOrder = 'length' | 'name' | 'given';

const barsAtMost = 10;
const barsInOrderAtMost = 31;
const barHeight = 24;
const labelWidth = 200;
const barWidth = 220;

/**
 * A chart of horizontal bars.
 * @param order `length`: the longest first, what is beyond ten is one bar; `name`: in the order of the names (days, ranges), what is
 *   before the last 31 is one bar; `given`: as they came up
 */
export function barChart(title: string, tally: Tally, order: BarOrder): string {
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
