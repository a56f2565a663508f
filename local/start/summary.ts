import * as v from 'valibot';
import { coverageText } from '../../cli/columns/run-columns.ts';
import { type Column, properties, table } from '../../cli/output/table.ts';
import type { Api } from './api.ts';
import type { FiredRun } from './fired-run.ts';

const rowsShown = 8;
const gapsShown = 10;

const machine = v.object({
  name: v.string(),
  subscriptionName: v.string(),
  identity: v.object({ type: v.string() }),
  principalIds: v.array(v.string()),
});
type Machine = v.InferOutput<typeof machine>;
const machines = v.object({ value: v.array(machine) });

const coverage = v.object({
  displayName: v.string(),
  status: v.string(),
  reason: v.nullable(v.object({ code: v.string() })),
  virtualMachineCount: v.number(),
});
type Coverage = v.InferOutput<typeof coverage>;
const blindSpot = v.object({ subscriptionId: v.string(), displayName: v.nullable(v.string()), since: v.string() });
const ledger = v.object({
  value: v.array(coverage),
  nextLink: v.optional(v.string()),
  blindSpots: v.nullable(v.array(blindSpot)),
});

const machineColumns: readonly Column<Machine>[] = [
  { header: 'Virtual machine', cell: ({ name }) => name, leastWidth: 15, rank: 0 },
  { header: 'Subscription', cell: ({ subscriptionName }) => subscriptionName, leastWidth: 12, rank: 3 },
  { header: 'Identity', cell: ({ identity }) => identity.type.replaceAll('Assigned', ''), leastWidth: 6, rank: 2 },
  { header: 'Principal ids', cell: ({ principalIds }) => idsText(principalIds), leastWidth: 36, rank: 1 },
];

const gapColumns: readonly Column<Coverage>[] = [
  { header: 'Subscription', cell: ({ displayName }) => displayName, leastWidth: 20, rank: 0 },
  { header: 'Status', cell: ({ status }) => status, leastWidth: 9, rank: 1 },
  { header: 'Machines', cell: ({ virtualMachineCount }) => String(virtualMachineCount), leastWidth: 8, rank: 3 },
  { header: 'Why', cell: ({ reason }) => reason?.code ?? '', leastWidth: 12, rank: 2 },
];

/** What a run brought: counts, what could not be read, the first machines with an identity. */
export async function* summaryOf(run: FiredRun, api: Api, width: number, signal: AbortSignal): AsyncGenerator<string> {
  yield runLine(run);
  yield* indented(
    properties([
      ['Virtual machines', String(run.virtualMachineCount)],
      ['Principals', String(run.principalCount)],
      ['Subscriptions', coverageText(run)],
      ['Complete', run.complete ? 'yes' : 'no: what could not be read is named here, and nothing is taken for gone'],
    ]),
  );
  const { value } = await api.get(`virtualMachines?identityType=any&maxpagesize=${rowsShown}`, machines, signal);
  const { gaps, blindSpots } = await readGaps(api, signal);
  if (gaps.length > 0) {
    yield '\nNot read completely\n';
    yield* indented(table(gapColumns, gaps.slice(0, gapsShown), width - 2));
    if (gaps.length > gapsShown) yield `  … and ${gaps.length - gapsShown} more: /api/subscriptions\n`;
  }
  for (const { displayName, subscriptionId, since } of blindSpots.slice(0, gapsShown)) {
    yield `  blind spot since ${since}: ${displayName ?? subscriptionId}\n`;
  }
  if (value.length > 0) {
    yield '\nThe first machines with an identity\n';
    yield* indented(table(machineColumns, value, width - 2));
  }
}

/** What a later run brought: how many changes of each kind. */
export function* changesOf(run: FiredRun): Generator<string> {
  yield runLine(run);
  const changes = Object.entries(run.changes).map(([kind, count]): [string, string] => [kind, String(count)]);
  yield* indented(properties(changes.length === 0 ? [['Changes', 'none']] : changes));
}

function runLine(run: FiredRun): string {
  const seconds = (Date.parse(run.finishedAt ?? run.startedAt) - Date.parse(run.startedAt)) / 1000;
  const rate = seconds > 0 ? `, ${run.progress.requests} requests` : '';
  return `\nRun ${run.id} ${run.status} in ${seconds.toFixed(1)} s${rate}\n`;
}

async function readGaps(api: Api, signal: AbortSignal) {
  const gaps: Coverage[] = [];
  for (let path = 'subscriptions?maxpagesize=1000'; ; ) {
    const { value, nextLink, blindSpots } = await api.get(path, ledger, signal);
    gaps.push(...value.filter(({ status }) => status !== 'complete' && status !== 'skipped'));
    if (nextLink === undefined) return { gaps, blindSpots: blindSpots ?? [] };
    path = nextLink.slice(nextLink.indexOf('/api/') + '/api/'.length);
  }
}

function idsText([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function* indented(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `  ${line}`;
}
