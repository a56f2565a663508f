import { lastSegment } from '../../cli/columns/cell-text.ts';
import { coverageText } from '../../cli/columns/run-columns.ts';
import { type Column, properties, table } from '../../cli/output/table.ts';
import { hasAuthor } from '../../lib/inventory/authors/author.ts';
import { authorText } from '../../lib/inventory/authors/author-text.ts';
import type { Change } from '../../lib/inventory/change.ts';
import type { BlindSpot, Coverage } from '../../lib/inventory/coverage.ts';
import type { Principal } from '../../lib/inventory/principal.ts';
import type { Run } from '../../lib/inventory/run.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import type { Api } from './api.ts';

const rowsShown = 8;
const gapsShown = 10;

const machineColumns: readonly Column<VirtualMachine>[] = [
  { header: 'Virtual machine', cell: ({ name }) => name, leastWidth: 15, rank: 0 },
  { header: 'Subscription', cell: ({ subscriptionName }) => subscriptionName, leastWidth: 12, rank: 3 },
  { header: 'Identity', cell: ({ identity }) => identity.type.replaceAll('Assigned', ''), leastWidth: 6, rank: 2 },
  { header: 'Principal ids', cell: ({ principalIds }) => idsText(principalIds), leastWidth: 36, rank: 1 },
];

const gapColumns: readonly Column<Coverage>[] = [
  { header: 'Subscription', cell: ({ displayName }) => displayName, leastWidth: 20, rank: 0 },
  { header: 'Status', cell: ({ status }) => status, leastWidth: 9, rank: 1 },
  { header: 'Machines', cell: ({ virtualMachineCount }) => String(virtualMachineCount), leastWidth: 8, rank: 3 },
  { header: 'Reason', cell: ({ reason }) => reason?.code ?? '', leastWidth: 12, rank: 2 },
];

/** The result of a run: counts, what it could not read, the first machines with an identity. */
export async function* summaryOf(run: Run, api: Api, width: number, signal: AbortSignal): AsyncGenerator<string> {
  yield runLine(run);
  yield* indented(
    properties([
      ['Virtual machines', String(run.virtualMachineCount)],
      ['Principals', String(run.principalCount)],
      ['Subscriptions', coverageText(run)],
      ['Complete', run.complete ? 'yes' : 'no: the gaps are listed below, and nothing in them counts as deleted'],
    ]),
  );
  const first = `virtualMachines?identityType=any&orderby=name&maxpagesize=${rowsShown}`;
  const { value } = await api.get<{ value: VirtualMachine[] }>(first, signal);
  const { gaps, blindSpots } = await readGaps(api, signal);
  if (gaps.length > 0) {
    yield '\nNot read completely:\n';
    yield* indented(table(gapColumns, gaps.slice(0, gapsShown), width - 2));
    if (gaps.length > gapsShown) yield `  … and ${gaps.length - gapsShown} more: GET /api/subscriptions\n`;
  }
  for (const { displayName, subscriptionId, since } of blindSpots.slice(0, gapsShown)) {
    yield `  Blind spot since ${since}: ${displayName ?? subscriptionId}\n`;
  }
  if (value.length > 0) {
    yield '\nThe first machines with an identity:\n';
    yield* indented(table(machineColumns, value, width - 2));
  }
}

/** The number of changes of each kind in a later run, and who caused the first of each kind. */
export async function* changesOf(run: Run, api: Api, width: number, signal: AbortSignal): AsyncGenerator<string> {
  yield runLine(run);
  const changes = Object.entries(run.changes).map(([kind, count]): [string, string] => [kind, String(count)]);
  yield* indented(properties(changes.length === 0 ? [['Changes', 'none']] : changes));
  const { value } = await api.get<{ value: Change[] }>('changes?maxpagesize=1000', signal);
  const firsts = [...Map.groupBy(value, ({ kind }) => kind).values()].flatMap(([first]) => first ?? []);
  const authored = firsts.filter(({ kind }) => hasAuthor(kind));
  if (authored.length === 0) return;
  const names = new Map<string, string>();
  for (const id of authored.flatMap(({ by }) => (by?.callerType === 'managedIdentity' ? (by.callerId ?? []) : []))) {
    const { virtualMachines } = await api.get<Principal>(`principals/${id}`, signal);
    names.set(id, virtualMachines.map(({ name }) => name).join(', '));
  }
  yield '\nWho caused the first change of each kind, by the activity log:\n';
  const columns = authorColumns((id) => names.get(id) ?? null);
  yield* indented(table(columns, authored, width - 2));
}

const authorColumns = (nameOf: (principalId: string) => string | null): readonly Column<Change>[] => [
  { header: 'Change', cell: ({ kind }) => kind, leastWidth: 20, rank: 1 },
  { header: 'Resource', cell: ({ resourceId }) => lastSegment(resourceId), leastWidth: 20, rank: 2 },
  { header: 'By', cell: (change) => authorText(change, nameOf), leastWidth: 20, rank: 0 },
];

function runLine({ id, status, startedAt, finishedAt, progress }: Run): string {
  const seconds = (Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt)) / 1000;
  const requests = seconds > 0 ? `, ${progress.requests} requests` : '';
  return `\nRun ${id} ${status} in ${seconds.toFixed(1)} s${requests}\n`;
}

async function readGaps(api: Api, signal: AbortSignal) {
  interface Page {
    readonly value: readonly Coverage[];
    readonly nextLink?: string;
    readonly blindSpots: readonly BlindSpot[] | null;
  }
  const gaps: Coverage[] = [];
  for (let path = 'subscriptions?maxpagesize=1000'; ; ) {
    const { value, nextLink, blindSpots } = await api.get<Page>(path, signal);
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
